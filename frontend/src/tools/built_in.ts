import { t } from '../strings/tools.ts';

/** What the page says about each tool that is not a function. Others are shown by name. */
export const BUILT_IN: Readonly<Record<string, { readonly title: string; readonly text: string }>> =
  t.builtIn;

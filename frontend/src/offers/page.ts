import type { View } from '../base/dom.ts';

/** A step of the dialog that finds a resource. */
export interface Page extends View {
  focus(): void;
  dispose(): void;
}

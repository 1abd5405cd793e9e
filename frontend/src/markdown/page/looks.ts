import type { CodeView, CreateLook, Look, Looks, PageContext } from './view.ts';

const preview = async () => (await import('./preview_look.ts')).createPreviewLook;
const diagram = async () => (await import('./diagram_look.ts')).createDiagramLook;

const LOADERS: Readonly<Record<string, () => Promise<CreateLook>>> = {
  html: preview,
  htm: preview,
  svg: preview,
  markdown: preview,
  md: preview,
  mermaid: diagram,
};

/** Shared by the whole page. */
export const sharedLooks: Looks = {
  knows: (language) => Object.hasOwn(LOADERS, language.toLowerCase()),
  load: async (language) => LOADERS[language.toLowerCase()]?.().catch(() => null) ?? null,
};

/** Returns what gives a view the look of its language, as soon as that is there. */
export function followLook(view: CodeView, context: PageContext) {
  let language = '';
  let state: readonly [text: string, isClosed: boolean] = ['', false];
  let look: Look | null = null;

  const change = async (next: string): Promise<void> => {
    language = next;
    look?.dispose();
    look = null;
    if (!context.looks.knows(next)) return;
    const create = await context.looks.load(next);
    if (create === null || language !== next || context.signal.aborted) return;
    look = create(next, view, context);
    look.update(...state);
  };
  return (text: string, next: string, isClosed: boolean): void => {
    state = [text, isClosed];
    if (next !== language) void change(next);
    look?.update(text, isClosed);
  };
}

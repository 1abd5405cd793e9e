import { h, listen } from '../base/dom.ts';
import { at } from '../base/root.ts';
import type { ToolInfo } from '../protocol.ts';
import { type Api, ApiProblem, toolPath } from '../server/api.ts';
import { t } from '../strings/workbench.ts';
import { button } from '../ui/button.ts';
import { createCopyButton } from '../ui/copy.ts';
import { type SnippetKind, snippet } from './snippets.ts';

export interface Call {
  /** Its arguments, as JSON text. */
  readonly source: string;
  readonly hasFailed: boolean;
}

/** The call as code to copy. `read` returns null where the arguments are wrong. */
export function createSnippets(
  api: Pick<Api, 'session'>,
  tool: ToolInfo,
  read: () => Call | null,
): HTMLElement {
  const code = h('code');
  const copy = createCopyButton(() => code.textContent ?? '');
  const text = h('pre', { class: 'tool-text', tabindex: 0, role: 'group' }, code);
  const place = h('div', { class: 'workbench-code', hidden: true }, text, copy);

  const show = async (kind: SnippetKind): Promise<void> => {
    const call = read();
    if (call === null) return;
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    code.textContent = snippet(kind, {
      name: tool.name,
      isFunction: tool.kind === 'function',
      arguments: call.source,
      url: `${location.origin}${at(`${toolPath(tool.name)}/runs`)}`,
      isGuarded: await isGuarded(api),
      hasFailed: call.hasFailed,
      timezone: timeZone,
      locale: navigator.language,
    });
    text.setAttribute('aria-label', t.snippets.call[kind]);
    place.hidden = false;
  };
  const buttons = Object.entries(t.snippets.as).map(([kind, words]) => {
    const element = button(words);
    listen(element, 'click', () => void show(kind as SnippetKind));
    return element;
  });
  return h(
    'div',
    { class: 'workbench-snippets', role: 'group', 'aria-label': t.copyCall },
    h('h4', { class: 'tool-title' }, t.copyCall),
    h('div', { class: 'workbench-buttons' }, ...buttons),
    place,
  );
}

/** Whether scripts need an access token. A server that does not answer is taken for one of ours. */
async function isGuarded(api: Pick<Api, 'session'>): Promise<boolean> {
  try {
    return (await api.session()).logged_in;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return false;
  }
}

import './workbench.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import { type KeyValues, tabStorage } from '../base/storage.ts';
import type { ToolList } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/workbench.ts';
import { backLink, createToolList } from './tool_list.ts';
import { createToolView, type ToolApi } from './tool_view.ts';

export interface Workbench extends View {
  /** Shows a tool; null shows the list alone. */
  show(tool: string | null): void;
}

/** `/tools`: all tools that run on the server, and one of them to look at and to run by hand. */
export function createWorkbench(
  api: ToolApi & Pick<Api, 'tools'>,
  first: string | null,
  storage: KeyValues = tabStorage,
): Workbench {
  const requests = new AbortController();
  const list = createToolList();
  const said = h('p', { class: 'workbench-hint', role: 'status' }, common.loading);
  const place = h('div', { class: 'workbench-place' }, said);
  const element = h(
    'main',
    { class: 'workbench', id: 'main', tabindex: -1 },
    h('h1', { class: 'workbench-name' }, common.tools),
    h('div', { class: 'workbench-columns' }, list.element, place),
  );
  let known: ToolList | null = null;
  let name = first;
  let view: View | null = null;
  /** What the view was made of. */
  let made = '';

  const showTool = (): void => {
    if (known === null) return;
    list.update({ ...known, shown: name });
    element.toggleAttribute('data-tool', name !== null);
    const tool = known.tools.find((each) => each.name === name);
    // What its view changes by itself is left out.
    const next = JSON.stringify([name, tool && { ...tool, approval: null }]);
    if (next === made) return;
    made = next;
    view?.dispose?.();
    view = tool === undefined ? null : createToolView(api, tool, storage);
    setText(said, name === null ? t.choose : t.noSuch(name));
    if (view !== null) place.replaceChildren(view.element);
    else place.replaceChildren(...(name === null ? [] : [backLink()]), said);
  };
  const load = async (): Promise<void> => {
    try {
      known = await api.tools(requests.signal);
      showTool();
    } catch (error) {
      if (requests.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      if (view === null) setText(said, error.message);
    }
  };
  // A function may have been changed in an editor meanwhile.
  const stopListening = listen(window, 'focus', () => void load());
  void load();

  return {
    element,
    show(next) {
      name = next;
      showTool();
      const heading = view?.element.querySelector<HTMLElement>('.workbench-title');
      (heading ?? element).focus();
      if (next === null) element.scrollIntoView();
      else place.scrollIntoView({ block: 'nearest' });
    },
    dispose() {
      requests.abort();
      stopListening();
      view?.dispose?.();
    },
  };
}

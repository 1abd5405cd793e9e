import '../styles/setup.css';
import { type Api, ApiProblem, createApi } from '../api.ts';
import { h, listen, type View } from '../dom.ts';
import type { SetupState } from '../protocol.ts';
import { createAssistantSection } from './setup/assistant_section.ts';
import { createFilesSection } from './setup/files_section.ts';
import { createKeySection } from './setup/key_section.ts';
import { createOverview } from './setup/overview.ts';
import { problemText, type SetupPage } from './setup/section.ts';
import { createUpstreamSection } from './setup/upstream_section.ts';

/** `/setup`: what is missing, then a section for each thing to set. */
export function createSetup(api: Api = createApi()): View {
  const requests = new AbortController();
  const loading = h('div', { class: 'setup-loading', role: 'status' });
  const retry = h('button', { class: 'button', type: 'button' }, 'Try again');
  const overview = createOverview(() => void load());
  const page: SetupPage = { onState: (state) => show(state) };
  const sections = [
    createUpstreamSection(api, page),
    createKeySection(api, page),
    createAssistantSection(api, page),
    createFilesSection(api),
  ];
  const content = h(
    'div',
    { class: 'setup-content', hidden: true },
    overview.element,
    ...sections.map((section) => section.element),
  );
  const element = h(
    'main',
    { class: 'setup', id: 'main', tabindex: -1 },
    h('div', { class: 'setup-page' }, h('h1', { class: 'setup-title' }, 'Setup'), loading, content),
  );

  const show = (state: SetupState): void => {
    overview.update(state);
    for (const section of sections) section.update(state);
    content.hidden = false;
    loading.replaceChildren();
  };
  const load = async (): Promise<void> => {
    loading.replaceChildren(h('p', {}, 'Loading…'));
    try {
      const state = await api.setup(requests.signal);
      if (!requests.signal.aborted) show(state);
    } catch (error) {
      if (requests.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      loading.replaceChildren(h('p', { class: 'setup-problem' }, problemText(error)), retry);
    }
  };
  const removeListener = listen(retry, 'click', () => {
    void load();
    element.focus();
  });
  void load();

  return {
    element,
    dispose() {
      requests.abort();
      removeListener();
      overview.dispose();
      for (const section of sections) section.dispose();
    },
  };
}

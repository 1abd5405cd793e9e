import './setup.css';
import { h, listen, type View } from '../base/dom.ts';
import { createPolling } from '../base/polling.ts';
import type { SetupState } from '../protocol.ts';
import { type Api, ApiProblem, createApi } from '../server/api.ts';
import { keepDictation } from '../server/dictation.ts';
import { keepFirstAssistant } from '../server/first_assistant.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup.ts';
import { button } from '../ui/button.ts';
import { createApprovalsSection } from './approvals_section.ts';
import { createAssistantSection } from './assistant_section.ts';
import { createDoctorSection } from './doctor_section.ts';
import { createFilesSection } from './files_section.ts';
import { createFolding } from './frame.ts';
import { createInterpreterSection } from './interpreter_section.ts';
import { createKeySection } from './key_section.ts';
import { createMcpSection } from './mcp_section.ts';
import { createOverview } from './overview.ts';
import { goTo, headingId, problemText, type SetupPage } from './section.ts';
import { createUpstreamSection } from './upstream_section.ts';
import { createUsageSection } from './usage_section.ts';

/** `/setup`: what is missing, then a section for each setting. It opens at `place`, a section. */
export function createSetup(api: Api = createApi(), place?: string): View {
  const requests = new AbortController();
  const loading = h('div', { class: 'setup-loading', role: 'status' });
  const retry = button(common.tryAgain);
  const overview = createOverview(() => void load());
  const page: SetupPage = { onState: (state) => show(state) };
  const sections = [
    createUpstreamSection(api, page),
    createKeySection(api, page),
    createAssistantSection(api, page),
    createApprovalsSection(api),
    createFilesSection(api),
    createInterpreterSection(api, page),
    createMcpSection(api, page),
    createDoctorSection(api, page),
  ];
  const usage = createUsageSection(api);
  const elements = [...sections.map((section) => section.element), usage.element];
  const folding = createFolding(elements);
  const content = h('div', { class: 'setup-content', hidden: true }, overview.element, ...elements);
  const element = h(
    'main',
    { class: 'setup', id: 'main', tabindex: -1 },
    h('div', { class: 'setup-page' }, h('h1', { class: 'setup-title' }, t.title), loading, content),
  );

  let isPreparing = false;
  let isArriving = place !== undefined;
  const polling = createPolling(async () => {
    try {
      show(await api.setup(requests.signal));
    } catch (error) {
      if (!requests.signal.aborted && !(error instanceof ApiProblem)) throw error;
    }
    return isPreparing;
  });

  const show = (state: SetupState): void => {
    if (requests.signal.aborted) return;
    const wasPreparing = isPreparing;
    isPreparing = state.code_interpreter.state === 'preparing';
    if (isPreparing && !wasPreparing) polling.start();
    keepDictation(state.dictation);
    if (state.assistant !== null) keepFirstAssistant(state.assistant);
    overview.update(state);
    for (const section of sections) section.update(state);
    folding.update();
    content.hidden = false;
    loading.replaceChildren();
    if (isArriving) goTo(headingId(place ?? ''));
    isArriving = false;
  };
  const load = async (): Promise<void> => {
    loading.replaceChildren(h('p', {}, common.loading));
    try {
      show(await api.setup(requests.signal));
    } catch (error) {
      if (requests.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      loading.replaceChildren(h('p', { class: 'setup-problem' }, problemText(error)), retry);
    }
  };
  listen(retry, 'click', () => {
    void load();
    element.focus();
  });
  void load();

  return {
    element,
    dispose() {
      requests.abort();
      polling.dispose();
      usage.dispose?.();
      for (const section of sections) section.dispose?.();
    },
  };
}

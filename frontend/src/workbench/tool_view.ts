import { type Child, h, setText, type View } from '../base/dom.ts';
import type { KeyValues } from '../base/storage.ts';
import type { ToolInfo } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t as tools } from '../strings/tools.ts';
import { t } from '../strings/workbench.ts';
import { createPolicyRow } from '../tools/policy_row.ts';
import { functionIcon } from '../ui/icon.ts';
import { createCallsList } from './calls_list.ts';
import { createRunner } from './runner.ts';
import { schemaView } from './schema_view.ts';
import { backLink, titleOf } from './tool_list.ts';

export type ToolApi = Pick<Api, 'runTool' | 'session' | 'toolCalls' | 'setApproval'>;

/** It asks by itself. */
const QUESTION = 'ask_user';

/** Everything about one tool. */
export function createToolView(api: ToolApi, tool: ToolInfo, storage: KeyValues): View {
  const runner = createRunner(api, tool, storage);
  const calls = createCallsList(api, tool.name, (source) => runner.use(source));
  const element = h(
    'article',
    { class: 'workbench-tool', 'aria-labelledby': 'workbench-tool' },
    backLink(),
    h(
      'header',
      { class: 'workbench-head' },
      h(
        'h2',
        { class: 'workbench-title', id: 'workbench-tool', tabindex: -1 },
        tool.icon !== null && functionIcon(tool.icon),
        tool.icon !== null && ' ',
        titleOf(tool),
      ),
      h(
        'p',
        { class: 'workbench-hint' },
        h('code', {}, tool.name),
        ` · ${t.kinds[tool.kind]}`,
        tool.origin !== '' && ' · ',
        tool.origin !== '' && h('code', {}, tool.origin),
      ),
      h('p', { class: 'workbench-description' }, tool.description),
      tool.unavailable !== null && h('p', { class: 'workbench-warning' }, tool.unavailable),
      tool.name !== QUESTION && policy(api, tool),
    ),
    part(t.runIt, runner.element),
    part(t.arguments, schemaView(tool)),
    part(t.lastCalls, calls.element),
  );
  return {
    element,
    dispose() {
      runner.dispose?.();
      calls.dispose?.();
    },
  };
}

function part(title: string, ...content: readonly Child[]): HTMLElement {
  return h(
    'section',
    { class: 'workbench-part', 'aria-label': title },
    h('h3', { class: 'workbench-heading' }, title),
    ...content,
  );
}

/** Whether a call of a model waits for a yes. */
function policy(api: ToolApi, tool: ToolInfo): HTMLElement {
  const said = h('p', { class: 'workbench-hint', role: 'status' });
  const row = createPolicyRow(tool.name, [t.whenCalled], async (chosen) => {
    try {
      await api.setApproval(tool.name, { approval: chosen });
      setText(said, tools.saved);
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setText(said, error.message);
      return false;
    }
  });
  row.update(tool.approval, tool.default_approval);
  return h('div', { class: 'workbench-policy' }, h('ul', {}, row.element), said);
}

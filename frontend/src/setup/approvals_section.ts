import './approvals_section.css';
import { type Child, h, listen } from '../base/dom.ts';
import { at } from '../base/root.ts';
import type { FunctionList, GrantInfo, SetupState } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup.ts';
import { t as tools } from '../strings/tools.ts';
import { BUILT_IN } from '../tools/built_in.ts';
import {
  createPolicyRow,
  createSourceRow,
  type Policy,
  type PolicyRow,
  type SourceRow,
} from '../tools/policy_row.ts';
import { functionIcon } from '../ui/icon.ts';
import { createFrame } from './frame.ts';
import { createGrantRows, toolOf, whereOf } from './grant_rows.ts';
import { problemText, type Section } from './section.ts';

/** Which tools ask before a call, and what the visitor allowed for good. A choice is saved at once:
 * it belongs to the server, not to one of the assistants. */
export function createApprovalsSection(
  api: Pick<Api, 'functions' | 'setApproval' | 'grants' | 'takeBack'>,
): Section {
  const requests = new AbortController();
  const rows = new Map<string, PolicyRow>();
  const sourceRows = new Map<string, SourceRow>();
  const list = h('ul', { class: 'setup-rows approval-tools', 'aria-label': common.tools });
  const status = h('div', { class: 'setup-result', role: 'status' });
  const problem = h('div', { class: 'setup-alert', role: 'alert' });
  const granted = h(
    'h3',
    { class: 'setup-label approval-grants__title', tabindex: -1 },
    t.approvals.granted,
  );
  const grants = createGrantRows(
    (grant) => void takeBack(grant),
    () => granted.focus(),
  );
  const element = createFrame(
    'setup-approvals',
    t.approvals.title,
    null,
    h(
      'div',
      { class: 'setup-form' },
      h(
        'p',
        { class: 'setup-hint' },
        ...t.approvals.hint((words) => h('a', { href: at('/tools') }, words)),
      ),
      list,
      status,
      problem,
      h('div', { class: 'approval-grants' }, granted, grants.element),
    ),
  );

  let state: SetupState | null = null;
  let functions: FunctionList['functions'] = [];

  /** Returns whether it went well. */
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      if (!requests.signal.aborted) problem.replaceChildren();
      return true;
    } catch (error) {
      if (requests.signal.aborted) return false;
      if (!(error instanceof ApiProblem)) throw error;
      status.replaceChildren();
      problem.replaceChildren(h('p', { class: 'setup-problem' }, problemText(error)));
      return false;
    }
  };
  const say = (sentence: string): void =>
    status.replaceChildren(h('p', { class: 'setup-done' }, sentence));

  const label = (tool: string): readonly Child[] => {
    const hosted = BUILT_IN[tool];
    if (hosted !== undefined) return [hosted.title];
    const { title = null, icon = null } = functions.find(({ name }) => name === tool) ?? {};
    return [icon && functionIcon(icon), icon && ' ', title, title && ' ', h('code', {}, tool)];
  };
  const row = (tool: string): PolicyRow =>
    createPolicyRow(tool, label(tool), (policy) => save(tool, policy));

  const showSources = (sources: FunctionList['sources']): void => {
    for (const [name, { element }] of sourceRows) {
      if (sources.some((source) => source.name === name)) continue;
      element.remove();
      sourceRows.delete(name);
    }
    for (const { name, approval } of sources) {
      const server = h('code', {}, name.replace(/^mcp:/, ''));
      const label = t.approvals.others(server);
      const known =
        sourceRows.get(name) ?? createSourceRow(name, label, (policy) => save(name, policy));
      sourceRows.set(name, known);
      known.update(approval);
      if (known.element.parentNode !== list) list.append(known.element);
    }
  };
  const show = ({ functions, builtins, others, sources }: FunctionList): void => {
    // Those at the upstream run there, and those that are not to be had do not run.
    const here = builtins.filter(
      ({ name }) => state?.tools.includes(name) && !state.hosted_tools.includes(name),
    );
    const shown = [...here, ...functions, ...others];
    for (const [name, { element }] of rows) {
      if (shown.some((tool) => tool.name === name)) continue;
      element.remove();
      rows.delete(name);
    }
    for (const { name, approval, default_approval: declared } of shown) {
      const known = rows.get(name) ?? row(name);
      rows.set(name, known);
      known.update(approval, declared);
      if (known.element.parentNode !== list) list.append(known.element);
    }
    showSources(sources);
  };
  const load = async (): Promise<void> => {
    await attempt(async () => {
      const [tools, allowed] = await Promise.all([
        api.functions(requests.signal),
        api.grants(requests.signal),
      ]);
      functions = tools.functions;
      show(tools);
      grants.update(allowed.grants, label);
    });
  };
  const save = (tool: string, policy: Policy | null): Promise<boolean> =>
    attempt(async () => {
      await api.setApproval(tool, { approval: policy });
      say(tools.saved);
    });
  const takeBack = async (grant: GrantInfo): Promise<void> => {
    const isBack = await attempt(async () => {
      await api.takeBack(grant.tool, grant.thread_id);
    });
    if (!isBack) return;
    await load();
    say(t.approvals.takenBack(toolOf(grant), whereOf(grant)));
  };

  // A call may have been allowed for good in another tab.
  const stopListening = listen(document, 'visibilitychange', () => {
    if (!document.hidden) void load();
  });
  return {
    element,
    update(next) {
      const before = state;
      state = next;
      if (before === null || toolsOf(before) !== toolsOf(next)) void load();
    },
    dispose() {
      stopListening();
      requests.abort();
    },
  };
}

function toolsOf({ tools, hosted_tools: hosted, functions }: SetupState): string {
  return JSON.stringify([tools, hosted, functions]);
}

import { locale } from '../strings/locale.ts';
import './calls_list.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import { routePath } from '../base/router.ts';
import type { ToolCallInfo } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/workbench.ts';
import { durationLabel } from '../tool_call/label.ts';
import { button } from '../ui/button.ts';

const TIME = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });

/** The visitor's calls of a tool in all chats, newest first. `use` takes the arguments of one. */
export function createCallsList(
  api: Pick<Api, 'toolCalls'>,
  tool: string,
  use: (source: string) => void,
): View {
  const requests = new AbortController();
  const list = h('ul', { class: 'calls', 'aria-label': t.lastCalls });
  const said = h('p', { class: 'workbench-hint', role: 'status' }, common.loading);
  const more = button(common.showMore, { hidden: true });
  let cursor: string | null = null;

  const load = async (): Promise<void> => {
    try {
      const page = await api.toolCalls(tool, cursor, requests.signal);
      const first = list.childElementCount;
      list.append(...page.calls.map((call) => row(call, use)));
      cursor = page.next_cursor;
      more.hidden = cursor === null;
      setText(said, list.childElementCount === 0 ? t.noCalls : '');
      const shown = list.children[first]?.querySelector('a');
      if (first > 0) shown?.focus();
    } catch (error) {
      if (requests.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      setText(said, error.message);
      more.hidden = false;
    }
  };
  listen(more, 'click', () => void load());
  void load();
  return {
    element: h('div', { class: 'calls-place' }, said, list, more),
    dispose: () => requests.abort(),
  };
}

function row(call: ToolCallInfo, use: (source: string) => void): HTMLElement {
  const at = new Date(call.created_at * 1000);
  const reuse = button(t.use, { kind: 'text' });
  listen(reuse, 'click', () => use(call.arguments));
  return h(
    'li',
    { class: 'call', 'data-status': call.status },
    h(
      'p',
      { class: 'call__facts' },
      h('span', { class: 'call__status' }, t.statuses[call.status]),
      h('time', { datetime: at.toISOString() }, TIME.format(at)),
      call.duration_ms !== null && h('span', {}, durationLabel(call.duration_ms)),
      h(
        'a',
        { dir: 'auto', href: routePath({ name: 'chat', threadId: call.thread_id }) },
        call.title || common.newChat,
      ),
    ),
    h('code', { class: 'call__arguments', dir: 'auto' }, call.arguments || '{}'),
    call.error !== null && h('p', { class: 'call__error' }, call.error),
    reuse,
  );
}

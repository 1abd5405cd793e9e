import './dialog.css';
import { duration, number } from '../base/amounts.ts';
import { h } from '../base/dom.ts';
import type { ThreadUsage } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/usage.ts';
import { t as table } from '../strings/usage_table.ts';
import { openDialog } from '../ui/dialog.ts';
import { createFacts, type Fact } from '../ui/facts.ts';
import { createUsageTable } from './table.ts';
import { context } from './words.ts';

export type ThreadUsageApi = Pick<Api, 'threadUsage'>;

/** Shows what a chat took. */
export async function openThreadUsage(
  api: ThreadUsageApi,
  threadId: string,
  title: string,
): Promise<void> {
  const content = h(
    'div',
    { class: 'usage-dialog', 'aria-busy': true },
    h('p', {}, common.loading),
  );
  const requests = new AbortController();
  openDialog({
    title: table.of(title),
    content: [content],
    onClose: () => requests.abort(),
  });
  try {
    content.replaceChildren(...usageOf(await api.threadUsage(threadId, requests.signal)));
  } catch (error) {
    if (requests.signal.aborted) return;
    if (!(error instanceof ApiProblem)) throw error;
    content.replaceChildren(h('p', { role: 'alert' }, error.message));
  }
  content.removeAttribute('aria-busy');
}

function usageOf({ models, total, active_s: seconds, last }: ThreadUsage): HTMLElement[] {
  const fullness = last && context(last);
  const facts: Fact[] = [
    [t.facts.answers, number(total.runs)],
    [t.facts.duration, duration(seconds)],
    fullness ? [t.facts.context, fullness] : null,
  ];
  const rows = models.length > 0 ? [createUsageTable(models, total)] : [];
  return [createFacts(facts), ...rows, h('p', {}, table.allVersions)];
}

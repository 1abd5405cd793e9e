import './dialog.css';
import { duration } from '../base/amounts.ts';
import { h } from '../base/dom.ts';
import type { ThreadUsage } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
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
  const content = h('div', { class: 'usage-dialog', 'aria-busy': true }, h('p', {}, 'Loading…'));
  const requests = new AbortController();
  openDialog({
    title: `Usage of “${title}”`,
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
    ['Answers', total.runs.toLocaleString()],
    ['Duration', duration(seconds)],
    fullness ? ['Context', fullness] : null,
  ];
  const table = models.length > 0 ? [createUsageTable(models, total)] : [];
  return [createFacts(facts), ...table, h('p', {}, 'All versions of answers count.')];
}

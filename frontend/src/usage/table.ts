import './table.css';
import { h } from '../base/dom.ts';
import type { Cost, Used, UsedByModel, UsedInDay } from '../protocol.ts';
import { money } from './words.ts';

type Row = UsedByModel | UsedInDay;

const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });

/** What runs took, by day where the rows have one, and by model:
 *
 *     div.usage-table
 *       table: a row for each, and their sum
 */
export function createUsageTable(rows: readonly Row[], total: Used): HTMLElement {
  const hasDays = rows.some((row) => 'day' in row);
  const heads = [...(hasDays ? ['Day'] : []), 'Model', 'Answers', 'Read', 'Written', 'Cost'];
  const table = h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, ...rows.map((row) => rowOf(row, hasDays))),
    h(
      'tfoot',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'row', colspan: heads.length - 4 }, 'Together'),
        ...amounts(total),
      ),
    ),
  );
  return h(
    'div',
    { class: 'usage-table', role: 'region', 'aria-label': 'Usage, a table', tabindex: 0 },
    table,
  );
}

function rowOf(row: Row, hasDays: boolean): HTMLElement {
  const model = row.model || 'not told';
  return h(
    'tr',
    {},
    hasDays && h('td', {}, 'day' in row ? DAY.format(new Date(row.day)) : ''),
    h('th', { scope: 'row', dir: 'auto' }, row.upstream === 'demo' ? `${model} (words)` : model),
    ...amounts(row),
  );
}

function amounts({ runs, usage, costs }: Used): HTMLElement[] {
  return [
    h('td', {}, runs.toLocaleString()),
    amount(usage.input_tokens, usage.cached_tokens, 'cached'),
    amount(usage.output_tokens, usage.reasoning_tokens, 'reasoning'),
    h('td', {}, costsText(costs)),
  ];
}

function amount(whole: number, part: number, word: string): HTMLElement {
  const rest = part > 0 && h('small', {}, `${part.toLocaleString()} ${word}`);
  return h('td', {}, whole.toLocaleString(), ' ', rest);
}

function costsText(costs: readonly Cost[]): string {
  return costs.length === 0 ? '–' : costs.map(money).join(' + ');
}

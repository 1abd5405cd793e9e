import './table.css';
import { number } from '../base/amounts.ts';
import { h } from '../base/dom.ts';
import type { Cost, Used, UsedByModel, UsedInDay } from '../protocol.ts';
import { locale } from '../strings/locale.ts';
import { t as words } from '../strings/usage.ts';
import { t } from '../strings/usage_table.ts';
import { money } from './words.ts';

type Row = UsedByModel | UsedInDay;

const DAY = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });

/** What runs took, by day where the rows have one, and by model:
 *
 *     div.usage-table
 *       table: a row for each, and their sum
 */
export function createUsageTable(rows: readonly Row[], total: Used): HTMLElement {
  const hasDays = rows.some((row) => 'day' in row);
  const { facts } = words;
  const heads = [
    ...(hasDays ? [t.day] : []),
    facts.model,
    facts.answers,
    facts.read,
    facts.written,
    facts.cost,
  ];
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
        h('th', { scope: 'row', colspan: heads.length - 4 }, t.together),
        ...amounts(total),
      ),
    ),
  );
  return h(
    'div',
    { class: 'usage-table', role: 'region', 'aria-label': t.table, tabindex: 0 },
    table,
  );
}

function rowOf(row: Row, hasDays: boolean): HTMLElement {
  const model = row.model || t.notTold;
  return h(
    'tr',
    {},
    hasDays && h('td', {}, 'day' in row ? DAY.format(new Date(row.day)) : ''),
    h('th', { scope: 'row', dir: 'auto' }, row.upstream === 'demo' ? t.inWords(model) : model),
    ...amounts(row),
  );
}

function amounts({ runs, usage, costs }: Used): HTMLElement[] {
  return [
    h('td', {}, number(runs)),
    amount(usage.input_tokens, usage.cached_tokens, words.cached),
    amount(usage.output_tokens, usage.reasoning_tokens, words.reasoning),
    h('td', {}, costsText(costs)),
  ];
}

function amount(whole: number, part: number, inWords: (count: number) => string): HTMLElement {
  const rest = part > 0 && h('small', {}, inWords(part));
  return h('td', {}, number(whole), ' ', rest);
}

function costsText(costs: readonly Cost[]): string {
  return costs.length === 0 ? '–' : costs.map(money).join(' + ');
}

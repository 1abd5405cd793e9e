import { locale } from '../../strings/locale.ts';
import './table.css';
import { h, listen, setText } from '../../base/dom.ts';
import { linkTo } from '../../base/links.ts';
import { saveFile } from '../../base/save.ts';
import { t } from '../../strings/widgets.ts';
import { button } from '../../ui/button.ts';
import { icon } from '../../ui/icon.ts';
import { formatNumber, withUnit } from '../shared/format.ts';
import { tableCsv } from './csv.ts';
import type { Cell, Table } from './data.ts';

type Rows = Table['rows'];
type Direction = 'ascending' | 'descending';

/** Rows that are shown at first, and added when the reader scrolls to their end. */
const SLICE = 100;
/** Fewer rows need no filter. */
const FILTERED = 8;

/** A table that is sorted by its headers, filtered by words, and downloaded as CSV. */
export function createTableView(table: Table): HTMLElement {
  const { columns, rows, title } = table;
  let order: { column: number; direction: Direction } | null = null;
  let shown: Rows = rows;
  let drawn = 0;

  const numeric = columns.map((_, index) => isNumeric(rows, index));
  const heads = columns.map(({ label, unit }, index) => {
    const sort = h('button', { class: 'table-sort', type: 'button' }, withUnit(label, unit));
    listen(sort, 'click', () => sortBy(index));
    return h('th', { scope: 'col', class: numeric[index] && 'table-number' }, sort);
  });
  const body = h('tbody');
  const grid = h(
    'table',
    { class: 'table-grid', 'aria-rowcount': rows.length + 1 },
    title !== null && h('caption', { class: 'visually-hidden' }, title),
    h('thead', {}, h('tr', {}, ...heads)),
    body,
  );
  const scroller = h(
    'div',
    { class: 'table-scroller', tabindex: 0, role: 'region', 'aria-label': title ?? t.table.table },
    grid,
  );
  const filter = h('input', {
    class: 'table-filter',
    type: 'search',
    dir: 'auto',
    placeholder: t.table.filter,
    'aria-label': title === null ? t.table.filter : t.table.filterOf(title),
    autocomplete: 'off',
  });
  const count = h('p', { class: 'table-count', role: 'status' });
  const rest = h('p', { class: 'table-count' }, t.table.more);
  const download = button('CSV', { title: t.table.csv });
  download.prepend(icon('download'));

  const more = (): void => {
    const slice = shown.slice(drawn, drawn + SLICE);
    body.append(...slice.map((row, index) => rowElement(row, numeric, drawn + index + 2)));
    drawn += slice.length;
    rest.hidden = drawn === shown.length;
  };
  const show = (): void => {
    shown = ordered(filtered(rows, filter.value));
    body.replaceChildren();
    drawn = 0;
    scroller.scrollTop = 0;
    more();
    setText(count, countLabel(shown.length, rows.length));
  };
  const ordered = (some: Rows): Rows => {
    if (order === null) return some;
    const { column, direction } = order;
    const sign = direction === 'ascending' ? 1 : -1;
    // Empty cells come last either way.
    return some.toSorted((a, b) => {
      const [one, other] = [a[column] ?? null, b[column] ?? null];
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return sign * compare(one, other);
    });
  };
  const sortBy = (column: number): void => {
    const again = order?.column === column && order.direction === 'ascending';
    order = { column, direction: again ? 'descending' : 'ascending' };
    for (const head of heads) head.removeAttribute('aria-sort');
    heads[column]?.setAttribute('aria-sort', order.direction);
    show();
  };

  listen(filter, 'input', show);
  listen(download, 'click', () => {
    const rows = new Blob([tableCsv(table, shown)], { type: 'text/csv' });
    saveFile(`${title ?? 'table'}.csv`, rows);
  });
  listen(
    scroller,
    'scroll',
    () => {
      const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      if (left < 400 && drawn < shown.length) more();
    },
    { passive: true },
  );
  show();

  return h(
    'div',
    { class: 'table-view' },
    h(
      'div',
      { class: 'table-bar' },
      title !== null && h('strong', { class: 'widget-title' }, title),
      count,
      rows.length >= FILTERED && filter,
      download,
    ),
    scroller,
    rest,
    table.note !== null && h('p', { class: 'widget-note' }, table.note),
  );
}

function rowElement(row: readonly Cell[], numeric: readonly boolean[], index: number): HTMLElement {
  return h(
    'tr',
    { 'aria-rowindex': index },
    ...row.map((cell, column) =>
      h('td', { class: numeric[column] && 'table-number' }, cellContent(cell)),
    ),
  );
}

function cellContent(cell: Cell): HTMLElement | string {
  if (cell === null) return '–';
  if (typeof cell === 'number') return formatNumber(cell);
  if (typeof cell === 'boolean') return cell ? t.table.yes : t.table.no;
  return /^https?:\/\//.test(cell) ? linkTo(cell, [cell]) : cell;
}

function isNumeric(rows: Rows, column: number): boolean {
  const isEmpty = (row: readonly Cell[]) => (row[column] ?? null) === null;
  const isFit = (row: readonly Cell[]) => isEmpty(row) || typeof row[column] === 'number';
  return rows.every(isFit) && !rows.every(isEmpty);
}

/** Every word of the filter is somewhere in the row. */
function filtered(rows: Rows, words: string): Rows {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return rows;
  return rows.filter((row) => {
    const text = row.join('\n').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

const COLLATOR = new Intl.Collator(locale, { numeric: true });

function compare(one: Cell, other: Cell): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return COLLATOR.compare(String(one), String(other));
}

function countLabel(shown: number, all: number): string {
  const rows = t.table.rows(all);
  return shown === all ? rows : t.table.some(shown, rows);
}

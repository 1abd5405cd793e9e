import './table.css';
import { type CsvCell, toCsv, toTabs } from '../../base/csv.ts';
import { h, listen } from '../../base/dom.ts';
import { saveFile } from '../../base/save.ts';
import { t } from '../../strings/reading.ts';
import { iconButton } from '../../ui/button.ts';
import { createCopyButton } from '../../ui/copy.ts';
import type { Tokens } from '../source/lexer.ts';
import { createInline } from './inline.ts';
import { same } from './same.ts';
import { hintScrolling } from './scroll_hint.ts';
import type { BlockView, PageContext } from './view.ts';

type Row = readonly Tokens.TableCell[];

/**
 * A table in a box that scrolls sideways, by keyboard too.
 *
 *     div.md-table-block
 *       div.md-table            scrolls
 *         table
 *       div.md-table-actions    copy, download
 */
export function createTable(context: PageContext): BlockView {
  const head = h('thead');
  const body = h('tbody');
  const box = h(
    'div',
    { class: 'md-table', role: 'group', 'aria-label': t.table, tabindex: 0 },
    h('table', {}, head, body),
  );
  const frame = h('div', { class: 'md-table-frame' }, box);
  const copy = createCopyButton(() => toTabs(cellsOf(box)), context.clock);
  const download = iconButton('download', t.downloadCsv, { kind: 'small' });
  const actions = h('div', { class: 'md-table-actions' }, copy, download);
  listen(download, 'click', () => {
    const rows = cellsOf(box).map((row) => row.map(csvCell));
    saveFile('table.csv', new Blob([toCsv(rows)], { type: 'text/csv' }));
  });
  hintScrolling(box, frame);
  let header: Row | null = null;
  let rows: readonly Row[] = [];

  return {
    element: h('div', { class: 'md-table-block' }, frame, actions),
    update(block) {
      if (block.type !== 'table') return false;
      if (!same(header, block.header)) {
        header = block.header;
        head.replaceChildren(createRow(header, context));
        body.replaceChildren();
        rows = [];
      }
      const old = rows;
      const start = block.rows.findIndex((row, index) => !same(old[index], row));
      const kept = start === -1 ? block.rows.length : start;
      while (body.children.length > kept) body.lastElementChild?.remove();
      body.append(...block.rows.slice(kept).map((row) => createRow(row, context)));
      rows = block.rows;
      return true;
    },
  };
}

function createRow(cells: Row, context: PageContext): HTMLTableRowElement {
  return h('tr', {}, ...cells.map((cell) => createCell(cell, context)));
}

function createCell(cell: Tokens.TableCell, context: PageContext): HTMLTableCellElement {
  const heading = cell.header && cell.text !== '';
  // Alignment is a class: the page's security policy forbids inline styles.
  const align = cell.align === null ? undefined : `md-${cell.align}`;
  const element = h(heading ? 'th' : 'td', { class: align, scope: heading ? 'col' : undefined });
  createInline(element, context).update(cell.tokens);
  return element;
}

/** What the cells say, formulas as they were written. */
function cellsOf(box: HTMLElement): string[][] {
  return [...box.querySelectorAll('tr')].map((row) =>
    [...row.children].map((cell) => textOf(cell).trim()),
  );
}

function textOf(node: Node): string {
  if (!(node instanceof Element)) return node.textContent ?? '';
  if (node.localName === 'br') return '\n';
  // A source's number is drawn, and that of a footnote means nothing elsewhere.
  if (node.localName === 'math' || node.localName === 'button') return '';
  return [...node.childNodes].map(textOf).join('');
}

function csvCell(text: string): CsvCell {
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) && String(Number(text)) === text
    ? Number(text)
    : text;
}

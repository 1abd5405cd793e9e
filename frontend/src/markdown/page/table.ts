import { h } from '../../base/dom.ts';
import type { Tokens } from '../source/lexer.ts';
import { createInline } from './inline.ts';
import { same } from './same.ts';
import type { BlockView } from './view.ts';

type Row = readonly Tokens.TableCell[];

/** A table in a box that scrolls sideways, by keyboard too. */
export function createTable(): BlockView {
  const head = h('thead');
  const body = h('tbody');
  const element = h(
    'div',
    { class: 'md-table', role: 'group', 'aria-label': 'Table', tabindex: 0 },
    h('table', {}, head, body),
  );
  let header: Row | null = null;
  let rows: readonly Row[] = [];

  return {
    element,
    update(block) {
      if (block.type !== 'table') return false;
      if (!same(header, block.header)) {
        header = block.header;
        head.replaceChildren(createRow(header));
        body.replaceChildren();
        rows = [];
      }
      const old = rows;
      const start = block.rows.findIndex((row, index) => !same(old[index], row));
      const kept = start === -1 ? block.rows.length : start;
      while (body.children.length > kept) body.lastElementChild?.remove();
      body.append(...block.rows.slice(kept).map(createRow));
      rows = block.rows;
      return true;
    },
  };
}

function createRow(cells: Row): HTMLTableRowElement {
  return h('tr', {}, ...cells.map(createCell));
}

function createCell(cell: Tokens.TableCell): HTMLTableCellElement {
  const heading = cell.header && cell.text !== '';
  // Alignment is a class: the page's security policy forbids inline styles.
  const align = cell.align === null ? undefined : `md-${cell.align}`;
  const element = h(heading ? 'th' : 'td', { class: align, scope: heading ? 'col' : undefined });
  createInline(element).update(cell.tokens);
  return element;
}

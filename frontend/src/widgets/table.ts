import './shared/frame.css';
import { h } from '../base/dom.ts';
import { parseTable } from './table/data.ts';
import { createTableView } from './table/view.ts';
import type { WidgetProps } from './widget.ts';

/** Rows to sort, to filter and to download. */
export default function widget({ output }: WidgetProps): HTMLElement {
  return h('div', { class: 'widget' }, createTableView(parseTable(output)));
}

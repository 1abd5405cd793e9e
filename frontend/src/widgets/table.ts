import './shared/frame.css';
import { h } from '../base/dom.ts';
import { firstText, titled } from './shared/preview.ts';
import { parseTable } from './table/data.ts';
import { createTableView } from './table/view.ts';
import type { WidgetProps } from './widget.ts';

export const preview = titled((args) => firstText(args, 'title', 'query', 'name'));

/** Rows to sort, to filter and to download. */
export default function widget({ output }: WidgetProps): HTMLElement {
  return h('div', { class: 'widget' }, createTableView(parseTable(output)));
}

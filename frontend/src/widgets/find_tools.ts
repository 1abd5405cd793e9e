import './shared/frame.css';
import './tools/tools.css';
import { h } from '../base/dom.ts';
import { firstText, titled } from './shared/preview.ts';
import { list, record, text, textOrNull } from './shared/read.ts';
import type { WidgetProps } from './widget.ts';

export const preview = titled((args) => firstText(args, 'query'));

/** The tools that a search of them found, each with what its server says of it. */
export default function widget({ output }: WidgetProps): HTMLElement {
  const told = record(output, 'The output');
  const tools = list(told, 'tools').map((each) => record(each, 'A tool'));
  const away = list(told, 'not_searched').filter((each) => typeof each === 'string');
  return h(
    'div',
    { class: 'widget' },
    tools.length === 0
      ? h('p', { class: 'widget-note' }, 'No tool was found.')
      : h('ul', { class: 'found-tools' }, ...tools.map(row)),
    ...away.map((reason) => h('p', { class: 'widget-note' }, `Not searched: ${reason}`)),
  );
}

function row(tool: ReturnType<typeof record>): HTMLElement {
  const said = textOrNull(record(tool['server_says'], 'What the server says'), 'description');
  return h(
    'li',
    { class: 'found-tool' },
    h('code', { class: 'found-tool__name' }, text(tool, 'name')),
    h('span', { class: 'widget-note' }, text(tool, 'server')),
    said !== null && h('p', { class: 'found-tool__said', dir: 'auto' }, said),
  );
}

import './shared/frame.css';
import './tools/tools.css';
import { h } from '../base/dom.ts';
import { t } from '../strings/widgets.ts';
import { firstText, titled } from './shared/preview.ts';
import { list, record, text, textOrNull } from './shared/read.ts';
import type { WidgetProps } from './widget.ts';

export const preview = titled((args) => firstText(args, 'query'));

/** The tools that a search of them found, each with what its server says of it. */
export default function widget({ output }: WidgetProps): HTMLElement {
  const told = record(output, t.wrong.theOutput);
  const tools = list(told, 'tools').map((each) => record(each, t.wrong.aTool));
  const away = list(told, 'not_searched').filter((each) => typeof each === 'string');
  return h(
    'div',
    { class: 'widget' },
    tools.length === 0
      ? h('p', { class: 'widget-note' }, t.tools.none)
      : h('ul', { class: 'found-tools' }, ...tools.map(row)),
    ...away.map((reason) => h('p', { class: 'widget-note' }, t.tools.notSearched(reason))),
  );
}

function row(tool: ReturnType<typeof record>): HTMLElement {
  const said = textOrNull(record(tool['server_says'], t.wrong.serverSays), 'description');
  return h(
    'li',
    { class: 'found-tool' },
    h('code', { class: 'found-tool__name' }, text(tool, 'name')),
    h('span', { class: 'widget-note' }, text(tool, 'server')),
    said !== null && h('p', { class: 'found-tool__said', dir: 'auto' }, said),
  );
}

import './shared/frame.css';
import { h, listen } from '../base/dom.ts';
import { membersOf, plainText } from '../base/json/source.ts';
import { createForm } from '../form/form.ts';
import { button } from '../ui/button.ts';
import { record, textOrNull } from './shared/read.ts';
import type { WidgetProps } from './widget.ts';

/** A form to fill in, which is sent as a message: `{title, message, schema, values, submit}`. */
export default function widget({ output, actions }: WidgetProps): HTMLElement {
  const fields = record(output, 'The form');
  const form = createForm(
    record(fields['schema'], 'schema'),
    JSON.stringify(record(fields['values'] ?? {}, 'values')),
  );
  if (form.element.childElementCount === 0) throw new TypeError('The schema has no properties.');
  const title = textOrNull(fields, 'title');
  const message = textOrNull(fields, 'message');
  const submit = button(textOrNull(fields, 'submit') ?? 'Send', {
    kind: 'primary',
    type: 'submit',
  });
  const element = h(
    'form',
    { class: 'widget', novalidate: true },
    title !== null && h('strong', { class: 'widget-title' }, title),
    message !== null && h('p', {}, message),
    form.element,
    h('div', {}, submit),
  );
  listen(element, 'submit', (event) => {
    event.preventDefault();
    const text = form.read();
    if (text === null) return;
    submit.disabled = true;
    const lines = membersOf(text).map(({ name, value }) => `${name}: ${plainText(value)}`);
    actions.send(lines.join('\n'));
  });
  return element;
}

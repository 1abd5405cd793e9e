import './shared/frame.css';
import { h, listen } from '../base/dom.ts';
import { membersOf, plainText, printed } from '../base/json/source.ts';
import { createForm } from '../form/form.ts';
import type { JsonValue } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/widgets.ts';
import { button } from '../ui/button.ts';
import { record, textOrNull } from './shared/read.ts';
import type { WidgetProps } from './widget.ts';

/** A form to fill in: `{title, message, schema, values, submit, call}`. It is sent as a message or, with
 * `call`, given to the function of that name, whose output is shown below it. */
export default function widget({ output, actions }: WidgetProps): HTMLElement {
  const fields = record(output, t.wrong.theForm);
  const form = createForm(
    record(fields['schema'], 'schema'),
    JSON.stringify(record(fields['values'] ?? {}, 'values')),
  );
  if (form.element.childElementCount === 0) throw new TypeError(t.wrong.noProperties);
  const title = textOrNull(fields, 'title');
  const message = textOrNull(fields, 'message');
  const submit = button(textOrNull(fields, 'submit') ?? common.send, {
    kind: 'primary',
    type: 'submit',
  });
  const called = textOrNull(fields, 'call');
  const result = h('div', { role: 'status' });
  const element = h(
    'form',
    { class: 'widget', novalidate: true },
    title !== null && h('strong', { class: 'widget-title' }, title),
    message !== null && h('p', {}, message),
    form.element,
    h('div', {}, submit),
    result,
  );
  const call = async (name: string, text: string): Promise<void> => {
    result.replaceChildren();
    try {
      const { output: told } = await actions.call(name, valuesOf(text));
      const words = typeof told === 'string' ? told : printed(JSON.stringify(told));
      result.replaceChildren(h('pre', { class: 'widget-output' }, words));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      result.replaceChildren(h('p', { class: 'widget-problem' }, reason));
    } finally {
      submit.disabled = false;
    }
  };
  listen(element, 'submit', (event) => {
    event.preventDefault();
    const text = form.read();
    if (text === null) return;
    submit.disabled = true;
    if (called !== null) {
      void call(called, text);
      return;
    }
    const lines = membersOf(text).map(({ name, value }) => `${name}: ${plainText(value)}`);
    actions.send(lines.join('\n'));
  });
  return element;
}

function valuesOf(text: string): Readonly<Record<string, JsonValue>> {
  return JSON.parse(text);
}

import { h } from '../base/dom.ts';
import { parseJson } from '../base/json/source.ts';
import { t } from '../strings/forms.ts';
import type { Form } from './form.ts';
import { jsonInput } from './input.ts';

let forms = 0;

/** An object as JSON text. */
export function createJsonForm(source: string): Form {
  const input = jsonInput(source);
  const before = input.state();
  const id = `json-form-${++forms}`;
  const error = h('p', { class: 'form-error', id: `${id}-error`, hidden: true });
  const control = input.element;
  control.id = id;
  control.setAttribute('aria-describedby', error.id);
  return {
    element: h(
      'div',
      { class: 'form-field' },
      h('label', { class: 'form-label', for: id }, 'JSON'),
      control,
      error,
    ),
    read() {
      const reading = input.read();
      const { problem } = reading;
      const value = parseJson(reading.source ?? '');
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      const text = problem ?? (isObject ? null : t.notAnObject);
      error.textContent = text;
      error.hidden = text === null;
      if (text === null) {
        control.removeAttribute('aria-invalid');
        return input.state() === before ? source : reading.source;
      }
      control.setAttribute('aria-invalid', 'true');
      control.focus();
      return null;
    },
    draft: () => (input.state() === before ? null : input.state()),
    focus: () => control.focus(),
  };
}

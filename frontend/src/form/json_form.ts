import { h } from '../base/dom.ts';
import type { Form } from './form.ts';
import { jsonInput } from './input.ts';
import type { Values } from './schema.ts';

let forms = 0;

/** The values of a form as JSON text. */
export function createJsonForm(values: Readonly<Record<string, unknown>>): Form {
  const input = jsonInput(values);
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
      const { value, problem } = input.read();
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      const text = problem ?? (isObject ? null : 'This must be one JSON object.');
      error.textContent = text;
      error.hidden = text === null;
      if (text === null) {
        control.removeAttribute('aria-invalid');
        return value as Values;
      }
      control.setAttribute('aria-invalid', 'true');
      control.focus();
      return null;
    },
    focus: () => control.focus(),
  };
}

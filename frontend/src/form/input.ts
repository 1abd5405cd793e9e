/** The control of one field. A control holds a text or a choice; `read` makes a value of it. */

import { h, listen } from '../base/dom.ts';
import type { Field, Option } from './schema.ts';

/** A value that is not given. */
export const NOTHING = Symbol('nothing');

export interface Reading {
  /** `NOTHING` where nothing is given. */
  readonly value: unknown;
  readonly problem: string | null;
}

export interface Input {
  readonly element: HTMLElement;
  /** What a label, notes and the focus belong to; null for a group of controls. */
  readonly control: HTMLElement | null;
  read(): Reading;
}

const given = (value: unknown): Reading => ({ value, problem: null });
const wrong = (problem: string): Reading => ({ value: NOTHING, problem });

export function createInput(field: Field, value: unknown, id: string): Input {
  switch (field.kind.type) {
    case 'text':
      return field.kind.format === 'area'
        ? areaInput(typeof value === 'string' ? value : '')
        : lineInput(field.kind.format, value);
    case 'number':
      return numberInput(field.kind.isWhole, value);
    case 'boolean':
      if (field.isNullable || !field.isRequired) return choiceInput(YES_NO, value);
      // Nobody has answered yet: an empty box would already say no.
      return value === undefined ? choiceInput(YES_NO, value, id) : checkInput(value === true);
    case 'one':
      return choiceInput(field.kind.options, value, id);
    case 'several':
      return severalInput(field.kind.options, Array.isArray(value) ? value : [], id);
    default:
      return jsonInput(value);
  }
}

const YES_NO: readonly Option[] = [
  { value: true, label: 'Yes' },
  { value: false, label: 'No' },
];
/** As many choices are shown side by side. */
const MAX_RADIOS = 6;

const TYPES = {
  line: 'text',
  date: 'date',
  datetime: 'datetime-local',
  time: 'time',
  email: 'email',
  url: 'url',
} as const;

function lineInput(format: keyof typeof TYPES, value: unknown): Input {
  const control = h('input', { class: 'form-input', type: TYPES[format], autocomplete: 'off' });
  const text = typeof value === 'string' ? value : '';
  control.value = text;
  // A date with a zone or of another form is kept as the text that it is.
  if (control.value !== text) {
    control.type = 'text';
    control.value = text;
  }
  return { element: control, control, read: () => readText(control.value) };
}

function areaInput(value: string): Input {
  const control = h('textarea', { class: 'form-input', rows: 1 });
  control.value = value;
  const grow = (): void => {
    control.rows = Math.min(Math.max(control.value.split('\n').length, 1), 12);
  };
  listen(control, 'input', grow);
  grow();
  return { element: control, control, read: () => readText(control.value) };
}

function readText(text: string): Reading {
  return given(text === '' ? NOTHING : text);
}

function numberInput(isWhole: boolean, value: unknown): Input {
  const control = h('input', {
    class: 'form-input form-input--number',
    type: 'number',
    step: isWhole ? 1 : 'any',
    autocomplete: 'off',
  });
  control.value = typeof value === 'number' ? String(value) : '';
  return {
    element: control,
    control,
    read() {
      // A browser gives no text for what it does not take for a number.
      if (control.validity?.badInput) return wrong('This is not a number.');
      const text = control.value.trim();
      if (text === '') return given(NOTHING);
      const number = Number(text);
      if (!Number.isFinite(number)) return wrong('This is not a number.');
      if (isWhole && !Number.isInteger(number)) return wrong('This must be a whole number.');
      return given(number);
    },
  };
}

function checkInput(value: boolean): Input {
  const control = h('input', { class: 'form-check', type: 'checkbox' });
  control.checked = value;
  return { element: control, control, read: () => given(control.checked) };
}

function choiceInput(options: readonly Option[], value: unknown, id = ''): Input {
  if (id !== '' && options.length <= MAX_RADIOS) return radioInput(options, value, id);
  const control = h(
    'select',
    { class: 'form-input' },
    h('option', { value: '' }, '–'),
    ...options.map(({ label }, index) => h('option', { value: index }, label)),
  );
  const chosen = options.findIndex((option) => option.value === value);
  control.value = chosen === -1 ? '' : String(chosen);
  return {
    element: control,
    control,
    read: () => given(control.value === '' ? NOTHING : options[Number(control.value)]?.value),
  };
}

function radioInput(options: readonly Option[], value: unknown, id: string): Input {
  const radios = options.map((option) => {
    const radio = h('input', { type: 'radio', name: id });
    radio.checked = option.value === value;
    return radio;
  });
  return {
    element: h('div', { class: 'form-options' }, ...labelled(radios, options)),
    control: null,
    read() {
      const chosen = options[radios.findIndex((radio) => radio.checked)];
      return given(chosen === undefined ? NOTHING : chosen.value);
    },
  };
}

function severalInput(options: readonly Option[], values: readonly unknown[], id: string): Input {
  const boxes = options.map((option) => {
    const box = h('input', { type: 'checkbox', name: id });
    box.checked = values.includes(option.value);
    return box;
  });
  return {
    element: h('div', { class: 'form-options' }, ...labelled(boxes, options)),
    control: null,
    read: () =>
      given(options.filter((_, index) => boxes[index]?.checked).map((option) => option.value)),
  };
}

function labelled(inputs: readonly HTMLElement[], options: readonly Option[]): HTMLElement[] {
  return inputs.map((input, index) =>
    h('label', { class: 'form-option' }, input, options[index]?.label ?? ''),
  );
}

/** JSON text, for whatever has no control of its own. */
export function jsonInput(value: unknown): Input {
  const control = h('textarea', { class: 'form-input form-input--json', spellcheck: 'false' });
  control.value = value === undefined || value === NOTHING ? '' : JSON.stringify(value, null, 2);
  control.rows = Math.min(Math.max(control.value.split('\n').length, 2), 16);
  return {
    element: control,
    control,
    read() {
      if (control.value.trim() === '') return given(NOTHING);
      try {
        return given(JSON.parse(control.value));
      } catch (error) {
        return wrong(`This is not JSON: ${error instanceof Error ? error.message : error}.`);
      }
    },
  };
}

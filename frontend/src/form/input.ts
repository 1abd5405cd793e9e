/** The control of one field. A control holds a text or a choice; `read` makes JSON text of it. */

import { h, listen } from '../base/dom.ts';
import { elementsOf, parseJson, printed } from '../base/json/source.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/forms.ts';
import type { Field, Option } from './schema.ts';

/** The JSON text of a value; null where nothing is given. */
export type Source = string | null;

export interface Reading {
  readonly source: Source;
  readonly problem: string | null;
}

export interface Input {
  readonly element: HTMLElement;
  /** What a label, notes and the focus belong to; null for a group of controls. */
  readonly control: HTMLElement | null;
  /** What is written or chosen, to tell whether it was changed. */
  state(): string;
  read(): Reading;
}

const given = (source: Source): Reading => ({ source, problem: null });
const wrong = (problem: string): Reading => ({ source: null, problem });

/** Returns a control that shows this value. One that the field has no control for is shown as JSON. */
export function createInput(field: Field, source: Source, id: string): Input {
  const value = source === null ? null : parseJson(source);
  const isEmpty = value === null;
  const text = typeof value === 'string' ? value : '';
  const { kind } = field;
  switch (kind.type) {
    case 'text':
      if (!isEmpty && typeof value !== 'string') break;
      return kind.format === 'area' || /[\r\n]/.test(text)
        ? areaInput(text)
        : lineInput(kind.format, text);
    case 'number':
      if (!isEmpty && typeof value !== 'number') break;
      return numberInput(kind.isWhole, isEmpty ? '' : (source ?? ''));
    case 'boolean':
      if (!isEmpty && typeof value !== 'boolean') break;
      if (field.isNullable || !field.isRequired) return choiceInput(YES_NO, value);
      // Nobody has answered yet: an empty box would already say no.
      return isEmpty ? choiceInput(YES_NO, value, id) : checkInput(value === true);
    case 'one':
      if (!isEmpty && !isOption(kind.options, value)) break;
      return choiceInput(kind.options, source === null ? undefined : value, id);
    case 'several': {
      const isOf = Array.isArray(value) && value.every((each) => isOption(kind.options, each));
      if (!isEmpty && !isOf) break;
      return severalInput(kind.options, elementsOf(source ?? ''), id);
    }
  }
  return jsonInput(source);
}

function isOption(options: readonly Option[], value: unknown): boolean {
  return options.some((option) => option.value === value);
}

const YES_NO: readonly Option[] = [
  { value: true, label: common.yes },
  { value: false, label: common.no },
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

function lineInput(format: keyof typeof TYPES, text: string): Input {
  const control = h('input', {
    class: 'form-input',
    type: TYPES[format],
    dir: 'auto',
    autocomplete: 'off',
  });
  control.value = text;
  // A date with a zone or of another form is kept as the text that it is.
  if (control.value !== text) {
    control.type = 'text';
    control.value = text;
  }
  return textInput(control);
}

function areaInput(value: string): Input {
  const control = h('textarea', { class: 'form-input', rows: 1, dir: 'auto' });
  control.value = value;
  const grow = (): void => {
    control.rows = Math.min(Math.max(control.value.split('\n').length, 1), 12);
  };
  listen(control, 'input', grow);
  grow();
  return textInput(control);
}

function textInput(control: HTMLInputElement | HTMLTextAreaElement): Input {
  return {
    element: control,
    control,
    state: () => control.value,
    read: () => given(control.value === '' ? null : JSON.stringify(control.value)),
  };
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const DIGITS = /^-?(?:0|[1-9]\d*)$/;

function numberInput(isWhole: boolean, source: string): Input {
  const control = h('input', {
    class: 'form-input form-input--number',
    type: 'number',
    step: isWhole ? 1 : 'any',
    autocomplete: 'off',
  });
  control.value = source;
  // A number that this control does not hold is kept as the text that it is.
  if (control.value !== source) {
    control.type = 'text';
    control.value = source;
  }
  return {
    element: control,
    control,
    state: () => `${control.value} ${control.validity?.badInput}`,
    read() {
      // A browser gives no text for what it does not take for a number.
      if (control.validity?.badInput) return wrong(t.notANumber);
      const text = control.value.trim();
      if (text === '') return given(null);
      const number = Number(text);
      if (!Number.isFinite(number)) return wrong(t.notANumber);
      if (isWhole && !Number.isInteger(number)) return wrong(t.notWhole);
      const isJson = (isWhole ? DIGITS : JSON_NUMBER).test(text);
      return given(isJson ? text : JSON.stringify(number));
    },
  };
}

function checkInput(value: boolean): Input {
  const control = h('input', { class: 'form-check', type: 'checkbox' });
  control.checked = value;
  return {
    element: control,
    control,
    state: () => String(control.checked),
    read: () => given(String(control.checked)),
  };
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
    state: () => control.value,
    read: () => given(control.value === '' ? null : sourceOf(options[Number(control.value)])),
  };
}

function sourceOf(option: Option | undefined): Source {
  return option === undefined ? null : JSON.stringify(option.value);
}

function radioInput(options: readonly Option[], value: unknown, id: string): Input {
  const radios = options.map((option) => {
    const radio = h('input', { type: 'radio', name: id });
    radio.checked = option.value === value;
    return radio;
  });
  const chosen = (): number => radios.findIndex((radio) => radio.checked);
  return {
    element: h('div', { class: 'form-options' }, ...labelled(radios, options)),
    control: null,
    state: () => String(chosen()),
    read: () => given(sourceOf(options[chosen()])),
  };
}

/** What stays chosen stays in its order, as often as it is there. */
function severalInput(options: readonly Option[], elements: readonly string[], id: string): Input {
  const before = elements.map((source) => ({ source, value: parseJson(source) }));
  const isBefore = (option: Option) => before.some(({ value }) => value === option.value);
  const boxes = options.map((option) => {
    const box = h('input', { type: 'checkbox', name: id });
    box.checked = isBefore(option);
    return { box, option };
  });
  const chosen = (): readonly Option[] =>
    boxes.filter(({ box }) => box.checked).map(({ option }) => option);
  return {
    element: h(
      'div',
      { class: 'form-options' },
      ...labelled(
        boxes.map(({ box }) => box),
        options,
      ),
    ),
    control: null,
    state: () => boxes.map(({ box }) => Number(box.checked)).join(''),
    read() {
      const kept = before.filter(({ value }) => isOption(chosen(), value));
      const added = chosen().filter((option) => !isBefore(option));
      return given(`[${[...kept.map(({ source }) => source), ...added.map(sourceOf)].join(',')}]`);
    },
  };
}

function labelled(inputs: readonly HTMLElement[], options: readonly Option[]): HTMLElement[] {
  return inputs.map((input, index) =>
    h('label', { class: 'form-option' }, input, options[index]?.label ?? ''),
  );
}

/** JSON text, for whatever has no control of its own. */
export function jsonInput(source: Source): Input {
  const control = h('textarea', { class: 'form-input form-input--json', spellcheck: 'false' });
  control.value = source === null ? '' : printed(source);
  control.rows = Math.min(Math.max(control.value.split('\n').length, 2), 16);
  return {
    element: control,
    control,
    state: () => control.value,
    read() {
      const text = control.value.trim();
      if (text === '') return given(null);
      try {
        JSON.parse(text);
        return given(text);
      } catch (error) {
        return wrong(t.notJson(error instanceof Error ? error.message : String(error)));
      }
    },
  };
}

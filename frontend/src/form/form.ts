import './form.css';
import { h, listen } from '../base/dom.ts';
import { button, iconButton } from '../ui/button.ts';
import { createInput, type Input, NOTHING, type Reading } from './input.ts';
import { problemOf } from './problem.ts';
import { type Field, fieldsOf, type Schema, type Values } from './schema.ts';

export interface Form {
  /** Fields without a frame or a button: the form element is the caller's. */
  readonly element: HTMLElement;
  /** Returns the values; null if some are wrong, which is then said at each, and the first of them
   * has the focus. */
  read(): Values | null;
  focus(): void;
}

/** A part of a form that has a value. */
interface Part {
  readonly element: HTMLElement;
  read(): Reading;
}

let forms = 0;

/** A form for an object of this schema, filled with these values. Values that the schema does not
 * know are kept. */
export function createForm(schema: Schema, values: Readonly<Record<string, unknown>> = {}): Form {
  const id = `form-${++forms}`;
  const fields = fieldsOf(schema);
  const parts = fields.map((field) =>
    createPart(field, initialOf(values, field), `${id}-${field.name}`),
  );
  const element = h('div', { class: 'form' }, ...parts.map((part) => part.element));
  const unknown = Object.entries(values).filter(
    ([name]) => !fields.some((field) => field.name === name),
  );
  return {
    element,
    read() {
      const readings = parts.map((part) => part.read());
      if (readings.some(({ problem }) => problem !== null)) {
        focusOn(element.querySelector('[aria-invalid="true"]') ?? element);
        return null;
      }
      return Object.fromEntries([...unknown, ...entries(fields, readings)]) as Values;
    },
    focus: () => focusOn(element),
  };
}

function initialOf(values: Readonly<Record<string, unknown>>, { name, fallback }: Field): unknown {
  return name in values ? values[name] : fallback;
}

function entries(fields: readonly Field[], readings: readonly Reading[]): [string, unknown][] {
  return fields.flatMap(({ name }, index): [string, unknown][] => {
    const value = readings[index]?.value;
    return value === NOTHING ? [] : [[name, value]];
  });
}

const CONTROLS = 'input, select, textarea, button';

function focusOn(element: Element): void {
  const control = element.matches(CONTROLS) ? element : element.querySelector(CONTROLS);
  if (control instanceof HTMLElement) control.focus();
}

function createPart(field: Field, value: unknown, id: string): Part {
  switch (field.kind.type) {
    case 'object':
      return createGroup(field, field.kind.fields, value, id);
    case 'list':
      return createList(field, field.kind.item, value, id);
    default:
      return createLine(field, createInput(field, value, id), id, value === null);
  }
}

/** A label, a control, and what is wrong with its value. */
function createLine(field: Field, input: Input, id: string, wasNull: boolean): Part {
  const notes = createNotes(field, id);
  const { control } = input;
  const isCheck = control instanceof HTMLInputElement && control.type === 'checkbox';
  const name = labelText(field);
  if (control !== null) {
    control.id = id;
    control.setAttribute('aria-describedby', notes.ids);
    if (isNeeded(field) && !isCheck) control.setAttribute('aria-required', 'true');
  }
  const invalid = (isInvalid: boolean): void => {
    const target = control ?? input.element.querySelector('input');
    if (isInvalid) target?.setAttribute('aria-invalid', 'true');
    else target?.removeAttribute('aria-invalid');
  };
  const element =
    control === null
      ? h(
          'fieldset',
          { class: 'form-field', 'aria-describedby': notes.ids },
          h('legend', { class: 'form-label' }, name),
          input.element,
          notes.element,
        )
      : h(
          'div',
          { class: isCheck ? 'form-field form-field--check' : 'form-field' },
          h('label', { class: 'form-label', for: id }, name),
          input.element,
          notes.element,
        );
  return {
    element,
    read() {
      const reading = checked(input.read(), field, wasNull);
      notes.setError(reading.problem);
      invalid(reading.problem !== null);
      return reading;
    },
  };
}

function checked({ value, problem }: Reading, field: Field, wasNull: boolean): Reading {
  if (problem !== null) return { value, problem };
  if (value !== NOTHING) return { value, problem: problemOf(value, field) };
  if (field.isNullable && (field.isRequired || wasNull)) return { value: null, problem: null };
  // An empty text is one, where it may be empty.
  const isText = field.kind.type === 'text' && ['area', 'line'].includes(field.kind.format);
  if (isText && field.isRequired) {
    const empty = problemOf('', field);
    return empty === null ? { value: '', problem: null } : { value, problem: 'This is needed.' };
  }
  return { value, problem: field.isRequired ? 'This is needed.' : null };
}

function isNeeded({ isRequired, isNullable }: Field): boolean {
  return isRequired && !isNullable;
}

function labelText(field: Field): string {
  return isNeeded(field) ? field.label : `${field.label} (optional)`;
}

interface Notes {
  readonly element: HTMLElement;
  /** For `aria-describedby`. */
  readonly ids: string;
  setError(message: string | null): void;
}

function createNotes({ description }: Field, id: string): Notes {
  const error = h('p', { class: 'form-error', id: `${id}-error`, hidden: true });
  const hint = h(
    'p',
    { class: 'form-hint', id: `${id}-hint`, hidden: description === null },
    description,
  );
  return {
    element: h('div', { class: 'form-notes' }, error, hint),
    ids: `${error.id} ${hint.id}`,
    setError(message) {
      error.textContent = message;
      error.hidden = message === null;
    },
  };
}

function createGroup(field: Field, fields: readonly Field[], value: unknown, id: string): Part {
  const values = Object(value ?? {}) as Record<string, unknown>;
  const parts = fields.map((each) =>
    createPart(each, initialOf(values, each), `${id}-${each.name}`),
  );
  const notes = createNotes(field, id);
  return {
    element: h(
      'fieldset',
      { class: 'form-group', 'aria-describedby': notes.ids },
      h('legend', { class: 'form-label' }, labelText(field)),
      notes.element,
      ...parts.map((part) => part.element),
    ),
    read() {
      const readings = parts.map((part) => part.read());
      const given = Object.fromEntries(entries(fields, readings));
      const isEmpty = Object.values(given).every((each) => each === '' || each === null);
      if (isEmpty && !isNeeded(field)) {
        return { value: field.isRequired || value === null ? null : NOTHING, problem: null };
      }
      const problem = readings.find((reading) => reading.problem !== null)?.problem ?? null;
      return { value: given, problem };
    },
  };
}

function createList(field: Field, item: Field, value: unknown, id: string): Part {
  const notes = createNotes(field, id);
  const rows = h('ol', { class: 'form-list' });
  let parts: { readonly part: Part; readonly row: HTMLElement }[] = [];
  let made = 0;

  const addRow = (each: unknown): HTMLElement => {
    const number = ++made;
    const part = createPart(
      { ...item, label: `${field.label} ${number}` },
      each,
      `${id}-${number}`,
    );
    const remove = iconButton('close', `Remove ${field.label} ${number}`, { kind: 'small' });
    const row = h('li', { class: 'form-row' }, part.element, remove);
    listen(remove, 'click', () => {
      parts = parts.filter((entry) => entry.row !== row);
      row.remove();
      add.focus();
    });
    parts.push({ part, row });
    rows.append(row);
    return row;
  };
  const add = button(`Add to ${field.label}`, { kind: 'text' });
  listen(add, 'click', () => focusOn(addRow(undefined)));
  for (const each of Array.isArray(value) ? value : []) addRow(each);
  const wasNull = value === null || value === undefined;

  return {
    element: h(
      'fieldset',
      { class: 'form-group', 'aria-describedby': notes.ids },
      h('legend', { class: 'form-label' }, labelText(field)),
      notes.element,
      rows,
      add,
    ),
    read() {
      const readings = parts.map(({ part }) => part.read());
      const values = readings.map((reading) => reading.value).filter((each) => each !== NOTHING);
      if (values.length === 0 && wasNull && !isNeeded(field)) {
        return { value: field.isRequired || value === null ? null : NOTHING, problem: null };
      }
      const inner = readings.find((reading) => reading.problem !== null)?.problem ?? null;
      const problem = inner ?? problemOf(values, field);
      notes.setError(inner === null ? problem : null);
      if (inner === null && problem !== null) add.setAttribute('aria-invalid', 'true');
      else add.removeAttribute('aria-invalid');
      return { value: values, problem };
    },
  };
}

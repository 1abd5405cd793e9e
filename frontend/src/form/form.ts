import './form.css';
import { h, listen } from '../base/dom.ts';
import { elementsOf, membersOf, parseJson, withMembers } from '../base/json/source.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/forms.ts';
import { button, iconButton } from '../ui/button.ts';
import { createInput, type Input, type Reading, type Source } from './input.ts';
import { problemOf } from './problem.ts';
import { type Field, fieldsOf, type Schema } from './schema.ts';

export interface Form {
  /** Fields without a frame or a button: the form element is the caller's. */
  readonly element: HTMLElement;
  /** Returns the object as JSON text, in which all that nobody changed is as it was; null if some
   * values are wrong, which is then said at each, and the first of them has the focus. */
  read(): string | null;
  /** What is filled in so far, right or wrong; null if nobody changed anything. */
  draft(): string | null;
  focus(): void;
}

/** What becomes of members that nobody touched. `kept`: the server has taken the object, so they are
 * right, and what it lacks stays away. `filled`: they are checked, and optional ones get the default
 * of the schema, which the form shows. */
export type Untouched = 'kept' | 'filled';

/** A part of a form that has a value. */
interface Part {
  readonly element: HTMLElement;
  isEdited(): boolean;
  /** `isChecked`: whether what is wrong is said and counts. */
  read(isChecked: boolean): Reading;
}

let forms = 0;
/** A longer list is shown as JSON. */
const MAX_ROWS = 200;

/** A form for an object of this schema, filled with the object that the JSON text holds. */
export function createForm(schema: Schema, source = '{}', rest: Untouched = 'filled'): Form {
  const members = createMembers(fieldsOf(schema), source, rest, `form-${++forms}`);
  const element = h('div', { class: 'form' }, ...members.elements);
  return {
    element,
    read() {
      const reading = members.read(true);
      if (reading.problem === null) return reading.source;
      focusOn(element.querySelector('[aria-invalid="true"]') ?? element);
      return null;
    },
    draft: () => (members.isEdited() ? members.read(false).source : null),
    focus: () => focusOn(element),
  };
}

interface Members extends Omit<Part, 'element'> {
  readonly elements: readonly HTMLElement[];
}

/** The parts of an object. */
function createMembers(
  fields: readonly Field[],
  source: string,
  rest: Untouched,
  id: string,
): Members {
  const before = new Map(membersOf(source).map(({ name, value }) => [name, value]));
  const parts = fields.map((field) => {
    const value = before.get(field.name) ?? null;
    return {
      name: field.name,
      value,
      part: createPart(field, value, rest, `${id}-${field.name}`),
    };
  });
  return {
    elements: parts.map(({ part }) => part.element),
    isEdited: () => parts.some(({ part }) => part.isEdited()),
    read(isChecked) {
      const readings = parts.map((each) => ({ ...each, ...each.part.read(isChecked) }));
      const changed = readings.filter((each) => each.source !== each.value);
      return {
        source: withMembers(source, new Map(changed.map((each) => [each.name, each.source]))),
        problem: readings.find(({ problem }) => problem !== null)?.problem ?? null,
      };
    },
  };
}

const CONTROLS = 'input, select, textarea, button';

function focusOn(element: Element): void {
  const control = element.matches(CONTROLS) ? element : element.querySelector(CONTROLS);
  if (control instanceof HTMLElement) control.focus();
}

function createPart(field: Field, source: Source, rest: Untouched, id: string): Part {
  const shown = source ?? fallbackOf(field);
  const value = shown === null ? null : parseJson(shown);
  const { kind } = field;
  if (kind.type === 'object' && !Array.isArray(value) && typeof value === 'object') {
    return createGroup(field, kind.fields, source, rest, id);
  }
  if (kind.type === 'list' && (value === null || isShortList(value))) {
    return createList(field, kind.item, source, rest, id);
  }
  return createLine(field, createInput(field, shown, id), source, rest, id);
}

function isShortList(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_ROWS;
}

function fallbackOf({ fallback }: Field): Source {
  return fallback === undefined ? null : JSON.stringify(fallback);
}

/** Returns what stands for a part that nobody touched; undefined if it must be read. */
function untouched(field: Field, source: Source, rest: Untouched): Source | undefined {
  if (source !== null) return source;
  if (field.isRequired) return undefined;
  const fallback = rest === 'filled' ? fallbackOf(field) : null;
  return fallback === 'null' ? null : fallback;
}

/** A label, a control, and what is wrong with its value. */
function createLine(field: Field, input: Input, source: Source, rest: Untouched, id: string): Part {
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
  const before = input.state();
  const isEdited = (): boolean => input.state() !== before;
  const read = (): Reading => {
    const kept = isEdited() ? undefined : untouched(field, source, rest);
    if (kept === null || (kept !== undefined && rest === 'kept')) {
      return { source: kept, problem: null };
    }
    const reading = checked(input.read(), field);
    return kept === undefined ? reading : { ...reading, source: kept };
  };
  return {
    element,
    isEdited,
    read(isChecked) {
      const reading = read();
      const problem = isChecked ? reading.problem : null;
      notes.setError(problem);
      invalid(problem !== null);
      return { ...reading, problem };
    },
  };
}

function checked({ source, problem }: Reading, field: Field): Reading {
  if (problem !== null) return { source, problem };
  if (source !== null) return { source, problem: problemOf(parseJson(source), field) };
  if (field.isNullable) return { source: 'null', problem: null };
  // An empty text is one, where it may be empty and something else would be meant without it.
  const isText = field.kind.type === 'text' && ['area', 'line'].includes(field.kind.format);
  const isMeant = field.isRequired || (field.fallback ?? '') !== '';
  if (isText && isMeant && problemOf('', field) === null) return { source: '""', problem: null };
  return { source, problem: field.isRequired ? t.needed : null };
}

function isNeeded({ isRequired, isNullable }: Field): boolean {
  return isRequired && !isNullable;
}

function labelText(field: Field): string {
  return isNeeded(field) ? field.label : common.optional(field.label);
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

function createGroup(
  field: Field,
  fields: readonly Field[],
  source: Source,
  rest: Untouched,
  id: string,
): Part {
  const shown = source ?? fallbackOf(field) ?? 'null';
  const members = createMembers(fields, shown === 'null' ? '{}' : shown, rest, id);
  const notes = createNotes(field, id);
  return {
    element: h(
      'fieldset',
      { class: 'form-group', 'aria-describedby': notes.ids },
      h('legend', { class: 'form-label' }, labelText(field)),
      notes.element,
      ...members.elements,
    ),
    isEdited: members.isEdited,
    read(isChecked) {
      const isEdited = members.isEdited();
      const kept = isEdited ? undefined : untouched(field, source, rest);
      const isNull = shown === 'null' && !isEdited && !isNeeded(field);
      const reading = members.read(isChecked && !isNull && kept !== null);
      if (kept !== undefined) return { ...reading, source: kept };
      const isEmpty = membersOf(reading.source ?? '').every(({ value }) =>
        ['""', 'null'].includes(value),
      );
      if (isNull || (isEmpty && !isNeeded(field))) {
        members.read(false);
        return { source: field.isNullable ? 'null' : null, problem: null };
      }
      return reading;
    },
  };
}

function createList(field: Field, item: Field, source: Source, rest: Untouched, id: string): Part {
  const notes = createNotes(field, id);
  const rows = h('ol', { class: 'form-list' });
  let parts: { readonly part: Part; readonly row: HTMLElement }[] = [];
  let made = 0;
  let isOther = false;

  const addRow = (each: Source): HTMLElement => {
    const number = ++made;
    const part = createPart(
      { ...item, label: `${field.label} ${number}` },
      each,
      rest,
      `${id}-${number}`,
    );
    const remove = iconButton('close', common.removeThat(`${field.label} ${number}`), {
      kind: 'small',
    });
    const row = h('li', { class: 'form-row' }, part.element, remove);
    listen(remove, 'click', () => {
      isOther = true;
      parts = parts.filter((entry) => entry.row !== row);
      row.remove();
      add.focus();
    });
    parts.push({ part, row });
    rows.append(row);
    return row;
  };
  const add = button(t.addTo(field.label), { kind: 'text' });
  listen(add, 'click', () => {
    isOther = true;
    focusOn(addRow(null));
  });
  for (const each of elementsOf(source ?? fallbackOf(field) ?? '')) addRow(each);
  const isEdited = (): boolean => isOther || parts.some(({ part }) => part.isEdited());
  const say = (problem: string | null): void => {
    notes.setError(problem);
    if (problem !== null) add.setAttribute('aria-invalid', 'true');
    else add.removeAttribute('aria-invalid');
  };

  return {
    element: h(
      'fieldset',
      { class: 'form-group', 'aria-describedby': notes.ids },
      h('legend', { class: 'form-label' }, labelText(field)),
      notes.element,
      rows,
      add,
    ),
    isEdited,
    read(isChecked) {
      const kept = isEdited() ? undefined : untouched(field, source, rest);
      const readings = parts.map(({ part }) => part.read(isChecked));
      const isNull =
        kept === null || kept === 'null' || (parts.length === 0 && kept === undefined && !isOther);
      if (isNull && !isNeeded(field)) {
        say(null);
        return { source: kept ?? (field.isRequired ? 'null' : null), problem: null };
      }
      const given = readings.flatMap((reading) => reading.source ?? []);
      const inner = readings.find(({ problem }) => problem !== null)?.problem ?? null;
      const isRight = kept !== undefined && rest === 'kept';
      const own = isChecked && !isRight && inner === null ? problemOf(given, field) : null;
      say(own);
      return { source: kept ?? `[${given.join(',')}]`, problem: inner ?? own };
    },
  };
}

import { h, listen, setText } from '../base/dom.ts';
import { membersOf, parseJson, withMembers } from '../base/json/source.ts';
import { createForm, type Form } from '../form/form.ts';
import { createJsonForm } from '../form/json_form.ts';
import { fieldsOf, type Schema } from '../form/schema.ts';
import { t as calls } from '../strings/calls.ts';
import { t } from '../strings/workbench.ts';
import { button } from '../ui/button.ts';

export interface ArgumentForm {
  readonly element: HTMLElement;
  /** Returns JSON text; null where something is wrong, which is said there. */
  read(): string | null;
  /** What has been written in place of the arguments that it began with; null if nothing has. */
  draft(): string | null;
  show(source: string): void;
  focus(): void;
}

/** The arguments of a call: a form made from the schema, or JSON. */
export function createArgumentForm(schema: Schema, source: string): ArgumentForm {
  const place = h('div', {});
  const other = button(t.writeJson, { kind: 'text' });
  const none = h('p', { class: 'workbench-hint' }, calls.noArguments);
  let isJson = false;
  let form: Form;
  let shown = source;

  const show = (text: string): void => {
    shown = text;
    const value = parseJson(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    isJson ||= !isObject;
    form = isJson ? createJsonForm(text) : createForm(schema, fitting(schema, text));
    const isEmpty = !isJson && form.element.childElementCount === 0;
    place.replaceChildren(isEmpty ? none : form.element);
    setText(other, isJson ? t.fillIn : t.writeJson);
  };
  listen(other, 'click', () => {
    const text = form.read();
    if (text === null) return;
    isJson = !isJson;
    show(text);
    form.focus();
  });
  show(source);
  return {
    element: h('div', { class: 'workbench-arguments' }, place, other),
    read: () => form.read(),
    draft: () => form.draft() ?? (shown === source ? null : shown),
    show,
    focus: () => form.focus(),
  };
}

/** Leaves out what the schema forbids: the function may have changed since the arguments were kept. */
function fitting(schema: Schema, text: string): string {
  if (schema['additionalProperties'] !== false) return text;
  const names = new Set(fieldsOf(schema).map(({ name }) => name));
  const gone = membersOf(text).filter(({ name }) => !names.has(name));
  return withMembers(text, new Map(gone.map(({ name }) => [name, null])));
}

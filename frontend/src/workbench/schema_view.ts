import './schema_view.css';
import { h } from '../base/dom.ts';
import { type Field, fieldsOf, type Kind, type Schema } from '../form/schema.ts';
import type { ToolInfo } from '../protocol.ts';
import { createJsonView } from '../tool_call/json/view.ts';

/** What a tool takes, in words and as the JSON Schema that a model gets. */
export function schemaView({ name, form, parameters }: ToolInfo): HTMLElement {
  const fields = fieldsOf(form);
  const json = createJsonView(`Schema of ${name}`);
  json.show(JSON.stringify(parameters));
  return h(
    'div',
    { class: 'schema' },
    fields.length === 0
      ? h('p', { class: 'workbench-hint' }, 'It takes no arguments.')
      : fieldList(fields),
    h('details', {}, h('summary', {}, 'As JSON Schema'), json.element),
  );
}

function fieldList(fields: readonly Field[]): HTMLElement {
  return h(
    'ul',
    { class: 'schema__fields' },
    ...fields.map((field) =>
      h(
        'li',
        {},
        h('code', {}, field.name),
        ' ',
        h('span', { class: 'schema__type' }, typeOf(field)),
        field.description !== null && h('p', {}, field.description),
        inner(field.kind),
      ),
    ),
  );
}

function inner(kind: Kind): HTMLElement | null {
  if (kind.type === 'object') return fieldList(kind.fields);
  return kind.type === 'list' ? inner(kind.item.kind) : null;
}

function typeOf(field: Field): string {
  const { kind, isRequired, isNullable, fallback, schema } = field;
  const needed = isRequired && !isNullable ? 'needed' : 'optional';
  const other = fallback === undefined ? null : `otherwise ${JSON.stringify(fallback)}`;
  return [inWords(kind), needed, other, ...limits(schema)].filter(Boolean).join(', ');
}

function inWords(kind: Kind): string {
  switch (kind.type) {
    case 'text':
      return (
        { line: 'text', area: 'text', datetime: 'date and time' }[kind.format as 'line'] ??
        kind.format
      );
    case 'number':
      return kind.isWhole ? 'whole number' : 'number';
    case 'boolean':
      return 'yes or no';
    case 'one':
      return `one of ${kind.options.map(({ label }) => label).join(', ')}`;
    case 'several':
      return `several of ${kind.options.map(({ label }) => label).join(', ')}`;
    case 'list':
      return `list of ${inWords(kind.item.kind)}`;
    case 'object':
      return 'object';
    case 'json':
      return 'JSON';
  }
}

const LIMITS: Readonly<Record<string, string>> = {
  minimum: 'at least',
  exclusiveMinimum: 'more than',
  maximum: 'at most',
  exclusiveMaximum: 'less than',
  minLength: 'characters at least',
  maxLength: 'characters at most',
  minItems: 'entries at least',
  maxItems: 'entries at most',
  pattern: 'like',
};

function limits(schema: Schema): string[] {
  return Object.entries(LIMITS)
    .filter(([key]) => key in schema)
    .map(([key, words]) => `${words} ${String(schema[key])}`);
}

import './schema_view.css';
import { h } from '../base/dom.ts';
import { type Field, fieldsOf, type Kind, type Schema } from '../form/schema.ts';
import type { ToolInfo } from '../protocol.ts';
import { t as calls } from '../strings/calls.ts';
import { t } from '../strings/workbench.ts';
import { createJsonView } from '../tool_call/json/view.ts';

/** What a tool takes, in words and as the JSON Schema that a model gets. */
export function schemaView({ name, form, parameters }: ToolInfo): HTMLElement {
  const fields = fieldsOf(form);
  const json = createJsonView(t.schema.of(name));
  json.show(JSON.stringify(parameters));
  return h(
    'div',
    { class: 'schema' },
    fields.length === 0
      ? h('p', { class: 'workbench-hint' }, calls.noArguments)
      : fieldList(fields),
    h('details', {}, h('summary', {}, t.schema.asJson), json.element),
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
  const needed = isRequired && !isNullable ? t.schema.needed : t.schema.optional;
  const other = fallback === undefined ? null : t.schema.otherwise(JSON.stringify(fallback));
  return [inWords(kind), needed, other, ...limits(schema)].filter(Boolean).join(', ');
}

function inWords(kind: Kind): string {
  switch (kind.type) {
    case 'text':
      return t.schema[kind.format === 'line' || kind.format === 'area' ? 'text' : kind.format];
    case 'number':
      return kind.isWhole ? t.schema.whole : t.schema.number;
    case 'boolean':
      return t.schema.boolean;
    case 'one':
      return t.schema.oneOf(kind.options.map(({ label }) => label).join(', '));
    case 'several':
      return t.schema.severalOf(kind.options.map(({ label }) => label).join(', '));
    case 'list':
      return t.schema.listOf(inWords(kind.item.kind));
    case 'object':
      return t.schema.object;
    case 'json':
      return 'JSON';
  }
}

function limits(schema: Schema): string[] {
  return Object.entries(t.schema.limits)
    .filter(([key]) => key in schema)
    .map(([key, words]) => `${words} ${String(schema[key])}`);
}

/** The fields of a JSON Schema as pydantic and the Responses API write it. What a form cannot ask for
 * becomes a field of JSON text, so that every schema has a form. */

import { t } from '../strings/forms.ts';

export type Schema = Readonly<Record<string, unknown>>;

export type Kind =
  | {
      readonly type: 'text';
      readonly format: 'line' | 'area' | 'date' | 'datetime' | 'time' | 'email' | 'url';
    }
  | { readonly type: 'number'; readonly isWhole: boolean }
  | { readonly type: 'boolean' }
  | { readonly type: 'one'; readonly options: readonly Option[] }
  | { readonly type: 'several'; readonly options: readonly Option[] }
  | { readonly type: 'list'; readonly item: Field }
  | { readonly type: 'object'; readonly fields: readonly Field[] }
  | { readonly type: 'json' };

export interface Option {
  readonly value: string | number | boolean | null;
  readonly label: string;
}

export interface Field {
  /** The property that it is; empty for an item of a list. */
  readonly name: string;
  readonly label: string;
  readonly description: string | null;
  readonly kind: Kind;
  /** A value must be given, unless null is one. */
  readonly isRequired: boolean;
  readonly isNullable: boolean;
  /** What counts where nothing is given; undefined if that is not said. */
  readonly fallback: unknown;
  /** With minimum, maxLength, pattern and so on. */
  readonly schema: Schema;
}

/** What is nested more deeply is asked for as JSON. */
const DEEPEST = 5;
/** Of a whole form, after which nested ones are asked for as JSON. */
const MAX_FIELDS = 500;

/** A whole schema, with the number of fields that it may still have. */
interface Whole {
  readonly schema: Schema;
  left: number;
}

/** Returns the fields of an object. A schema of something else has none. */
export function fieldsOf(schema: Schema): Field[] {
  const whole = { schema, left: MAX_FIELDS };
  const within = ['#'];
  return properties(resolve(schema, schema, within), whole, within, 0);
}

function properties(
  schema: Schema,
  whole: Whole,
  within: readonly string[],
  depth: number,
): Field[] {
  const required = array(schema['required']);
  const entries = Object.entries(object(schema['properties']));
  whole.left -= entries.length;
  return entries.map(([name, each]) =>
    field(name, object(each), whole, required.includes(name), within, depth),
  );
}

/** `within` are the references that led here: a schema that contains itself ends there. */
function field(
  name: string,
  given: Schema,
  whole: Whole,
  isRequired: boolean,
  within: readonly string[],
  depth: number,
): Field {
  const followed = [...within];
  const resolved = resolve(given, whole.schema, followed);
  const { schema, isNullable } = withoutNull(resolved, whole.schema, followed);
  const isRepeated = new Set(followed).size < followed.length;
  const isPlain = !isRepeated && depth <= DEEPEST && whole.left >= 0;
  return {
    name,
    label: text(given['title']) ?? text(schema['title']) ?? inWords(name),
    description: text(given['description']) ?? text(schema['description']),
    kind: isPlain ? kindOf(schema, whole, followed, depth) : { type: 'json' },
    isRequired,
    isNullable,
    fallback: 'default' in given ? given['default'] : schema['default'],
    schema,
  };
}

function kindOf(schema: Schema, whole: Whole, within: readonly string[], depth: number): Kind {
  const options = optionsOf(schema);
  if (options !== null) return { type: 'one', options };
  switch (schema['type']) {
    case 'string':
      return { type: 'text', format: formatOf(schema) };
    case 'integer':
    case 'number':
      return { type: 'number', isWhole: schema['type'] === 'integer' };
    case 'boolean':
      return { type: 'boolean' };
    case 'array':
      return listOf(schema, whole, within, depth);
    case 'object': {
      const fields = properties(schema, whole, within, depth + 1);
      return fields.length === 0 ? { type: 'json' } : { type: 'object', fields };
    }
    default:
      return { type: 'json' };
  }
}

function listOf(schema: Schema, whole: Whole, within: readonly string[], depth: number): Kind {
  const items = schema['items'];
  if (typeof items !== 'object' || items === null || Array.isArray(items)) return { type: 'json' };
  const item = field('', items as Schema, whole, true, within, depth + 1);
  if (item.kind.type === 'one') return { type: 'several', options: item.kind.options };
  return item.kind.type === 'json' ? { type: 'json' } : { type: 'list', item };
}

function optionsOf(schema: Schema): Option[] | null {
  const titled = [...array(schema['oneOf']), ...array(schema['anyOf'])].map(object);
  if (titled.length > 0 && titled.every((each) => isScalar(each['const']))) {
    return titled.map(({ const: value, title }) => ({
      value: value as Option['value'],
      label: text(title) ?? String(value),
    }));
  }
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(values) || !values.every(isScalar)) return null;
  return values.map((value) => ({ value, label: value === null ? t.none : String(value) }));
}

const FORMATS: Readonly<Record<string, 'date' | 'datetime' | 'time' | 'email' | 'url'>> = {
  date: 'date',
  'date-time': 'datetime',
  time: 'time',
  email: 'email',
  uri: 'url',
};
/** A longer text has room for lines. */
const AREA = 200;

function formatOf(schema: Schema) {
  const format = FORMATS[text(schema['format']) ?? ''];
  if (format !== undefined) return format;
  const longest = schema['maxLength'];
  return typeof longest === 'number' && longest <= AREA ? 'line' : 'area';
}

/** Follows a reference, and an `allOf` of one, which pydantic writes around a reference. `followed` gets
 * the references. */
function resolve(schema: Schema, root: Schema, followed: string[], hops = 0): Schema {
  const reference = text(schema['$ref']);
  if (reference !== null && hops < 8) {
    followed.push(reference);
    const path = reference.replace(/^#\//, '').split('/').filter(Boolean);
    const found = path.reduce<unknown>((at, key) => object(at)[key], root);
    return resolve({ ...object(found), ...without(schema, '$ref') }, root, followed, hops + 1);
  }
  const all = array(schema['allOf']);
  if (all.length === 1) {
    return resolve({ ...object(all[0]), ...without(schema, 'allOf') }, root, followed, hops + 1);
  }
  return schema;
}

/** Takes null out of the alternatives. One that is left is the schema itself. */
function withoutNull(
  schema: Schema,
  root: Schema,
  followed: string[],
): { schema: Schema; isNullable: boolean } {
  const types = schema['type'];
  if (Array.isArray(types)) {
    const rest = types.filter((type) => type !== 'null');
    const type = rest.length === 1 ? rest[0] : undefined;
    return { schema: { ...schema, type }, isNullable: rest.length < types.length };
  }
  const any = array(schema['anyOf']).map((each) => resolve(object(each), root, followed));
  const rest = any.filter((each) => each['type'] !== 'null');
  if (any.length === 0) return { schema, isNullable: schema['type'] === 'null' };
  const isNullable = rest.length < any.length;
  const [only] = rest;
  if (rest.length !== 1 || only === undefined) return { schema, isNullable };
  return { schema: { ...only, ...without(schema, 'anyOf') }, isNullable };
}

function inWords(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function without(schema: Schema, key: string): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

function isScalar(value: unknown): value is Option['value'] {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function object(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Schema)
    : {};
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

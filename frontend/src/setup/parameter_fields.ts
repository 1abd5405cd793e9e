import './parameter_fields.css';
import { h, listen } from '../base/dom.ts';
import type { Parameters } from '../protocol.ts';
import { EFFORTS, effortLabel } from '../server/efforts.ts';
import { common } from '../strings/common.ts';
import { t as setup } from '../strings/setup.ts';
import { t } from '../strings/setup_assistants.ts';
import { button } from '../ui/button.ts';
import { createField, type Field } from './field.ts';
import { type Tracked, track } from './tracked.ts';

type Name = keyof Parameters;
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface ParameterFields {
  readonly element: HTMLElement;
  /** By the path of the field, as the server's problems name it. */
  readonly tracked: Readonly<Record<string, Tracked>>;
  /** The parameters that are set; null if a field is wrong, which then says so and is focused. */
  read(): Parameters | null;
  setError(name: string, message: string | null): void;
  focus(name: string): boolean;
  refresh(): void;
  /** Says which of them the model has refused. */
  setLeftOut(model: string, leftOut: readonly string[]): void;
}

/** How the assistant answers. Everything may stay empty. */
export function createParameterFields(tryAgain: () => void): ParameterFields {
  const fields: Readonly<Record<Name, Field<Control>>> = {
    reasoning_effort: choice(
      'reasoning_effort',
      t.parameters.reasoning,
      EFFORTS.map((effort) => [effort, effortLabel(effort)]),
    ),
    verbosity: choice('verbosity', t.parameters.verbosity, [
      ['low', common.efforts.low],
      ['medium', common.efforts.medium],
      ['high', common.efforts.high],
    ]),
    temperature: number('temperature', t.parameters.temperature, t.parameters.temperatureHint, {
      min: 0,
      max: 2,
    }),
    top_p: number('top_p', t.parameters.topP, t.parameters.topPHint, { min: 0, max: 1 }),
    max_output_tokens: number('max_output_tokens', t.parameters.maximum, t.parameters.maximumHint, {
      min: 1,
    }),
    service_tier: choice('service_tier', t.parameters.tier, Object.entries(t.parameters.tiers)),
    output_schema: createField(
      'setup-parameter-output_schema',
      t.parameters.schema,
      h('textarea', {
        class: 'setup-input setup-input--code',
        name: 'output_schema',
        rows: 4,
        spellcheck: 'false',
        placeholder: '{"type": "object", "properties": {…}}',
      }),
      t.parameters.schemaHint,
    ),
  };
  const count = h('span', { class: 'setup-fold__count' });
  const leftOutText = h('p', {});
  const again = button(common.tryAgain);
  const leftOutNote = h('div', { class: 'setup-left-out', hidden: true }, leftOutText, again);
  listen(again, 'click', tryAgain);
  const element = h(
    'details',
    { class: 'setup-fold' },
    h('summary', { class: 'setup-fold__summary' }, h('span', {}, t.parameters.title), ' ', count),
    h('p', { class: 'setup-hint' }, t.parameters.hint),
    leftOutNote,
    h('div', { class: 'setup-fold__fields' }, ...entries(fields).map(([, field]) => field.element)),
  );
  const refresh = (): void => {
    const set = entries(fields).filter(([, { input }]) => input.value.trim() !== '').length;
    count.textContent = set === 0 ? '' : setup.setCount(set);
  };
  for (const [, { input, setError }] of entries(fields)) {
    listen(input, 'input', () => {
      setError(null);
      refresh();
    });
  }
  const focus = (name: string): boolean => {
    const field = Object.hasOwn(fields, name) ? fields[name as Name] : undefined;
    if (field === undefined) return false;
    element.open = true;
    field.input.focus();
    return true;
  };
  const fail = (name: Name, message: string): null => {
    fields[name].setError(message);
    focus(name);
    return null;
  };

  return {
    element,
    tracked: Object.fromEntries(
      entries(fields).map(([name, { input }]) => [
        `parameters.${name}`,
        track(
          () => input.value.trim(),
          (value) => {
            input.value = value;
            refresh();
          },
        ),
      ]),
    ),
    read() {
      const found: Record<string, unknown> = {};
      for (const [name, { input }] of entries(fields)) {
        const text = input.value.trim();
        // An input of type number hides from us what is no number.
        if (!input.validity.valid && input.validity.badInput)
          return fail(name, t.parameters.notANumber);
        if (text === '') continue;
        if (name === 'output_schema') {
          const schema = asObject(text);
          if (schema === null) return fail(name, t.parameters.notAnObject);
          found[name] = schema;
        } else found[name] = input instanceof HTMLSelectElement ? text : Number(text);
      }
      return found;
    },
    setError(name, message) {
      if (Object.hasOwn(fields, name)) fields[name as Name].setError(message);
    },
    focus,
    refresh,
    setLeftOut(model, leftOut) {
      leftOutNote.hidden = leftOut.length === 0;
      leftOutText.textContent = t.parameters.leftOut(model, leftOut.join(', '));
    },
  };
}

/** Returns what the fields show for these parameters, by the path of the field. */
export function parameterTexts(parameters: Parameters): Record<string, string> {
  const names: readonly Name[] = [
    'reasoning_effort',
    'verbosity',
    'temperature',
    'top_p',
    'max_output_tokens',
    'service_tier',
    'output_schema',
  ];
  return Object.fromEntries(
    names.map((name) => {
      const value = parameters[name] ?? '';
      const text = typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
      return [`parameters.${name}`, text];
    }),
  );
}

function choice(
  name: Name,
  label: string,
  options: readonly (readonly [value: string, label: string])[],
): Field<Control> {
  return createField<Control>(
    `setup-parameter-${name}`,
    label,
    h(
      'select',
      { class: 'setup-input', name },
      h('option', { value: '' }, t.parameters.upToModel),
      ...options.map(([value, text]) => h('option', { value }, text)),
    ),
  );
}

function number(
  name: Name,
  label: string,
  hint: string,
  range: { readonly min: number; readonly max?: number },
): Field<Control> {
  const input = h('input', {
    class: 'setup-input',
    name,
    type: 'number',
    step: range.max === undefined ? 1 : 'any',
    inputmode: range.max === undefined ? 'numeric' : 'decimal',
    placeholder: t.parameters.upToModel,
    autocomplete: 'off',
    ...range,
  });
  return createField<Control>(`setup-parameter-${name}`, label, input, hint);
}

function asObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function entries(fields: Readonly<Record<Name, Field<Control>>>): [Name, Field<Control>][] {
  return Object.entries(fields) as [Name, Field<Control>][];
}

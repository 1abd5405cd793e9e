import { h, listen, type View } from '../base/dom.ts';
import { createForm } from '../form/form.ts';
import { fieldsOf, type Schema } from '../form/schema.ts';
import { ApiProblem } from '../server/api.ts';
import { t } from '../strings/offers.ts';
import { isSendKey } from '../ui/message_input.ts';
import { createSuggestions } from '../ui/suggestions.ts';

export interface Argument {
  readonly name: string;
  readonly title: string | null;
  readonly description: string;
  readonly required: boolean;
}

export type Values = Readonly<Record<string, string>>;

/** Returns how the value of an argument may go on, beside those of others. */
export type Complete = (
  argument: string,
  value: string,
  others: Values,
  signal: AbortSignal,
) => Promise<readonly string[]>;

export interface ArgumentForm extends View {
  /** Returns what was given; null where something is wrong, which is said there. */
  read(): Values | null;
  focus(): void;
  dispose(): void;
}

/** A field for each argument. `complete` is null where the server knows nothing of their values. */
export function createArgumentForm(
  fields: readonly Argument[],
  given: Values,
  complete: Complete | null,
): ArgumentForm {
  const schema = schemaOf(fields);
  const form = createForm(schema, JSON.stringify(given));
  const names = fieldsOf(schema).map(({ name }) => name);
  const inputs = [...form.element.querySelectorAll('textarea')];
  const values = (): Values =>
    Object.fromEntries(names.map((name, index) => [name, inputs[index]?.value ?? '']));
  const endings = inputs.map((input, index) => {
    listen(input, 'keydown', (event) => {
      if (!isSendKey(event)) return;
      event.preventDefault();
      input.form?.requestSubmit();
    });
    const name = names[index];
    if (complete === null || name === undefined) return () => {};
    return bindCompletion(input, name, (value, signal) => {
      const { [name]: _, ...others } = values();
      return complete(name, value, written(others), signal);
    });
  });
  return {
    element: h('div', { class: 'offer-form' }, form.element),
    read() {
      const source = form.read();
      return source === null ? null : (JSON.parse(source) as Values);
    },
    focus: form.focus,
    dispose() {
      for (const end of endings) end();
    },
  };
}

function schemaOf(fields: readonly Argument[]): Schema {
  const properties = fields.map(({ name, title, description, required }) => [
    name,
    { type: 'string', title, description, minLength: required ? 1 : 0 },
  ]);
  return {
    properties: Object.fromEntries(properties),
    required: fields.filter(({ required }) => required).map(({ name }) => name),
  };
}

function written(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

/** Asks after every change, and once the field has the focus; a newer question ends an older. */
function bindCompletion(
  input: HTMLTextAreaElement,
  name: string,
  ask: (value: string, signal: AbortSignal) => Promise<readonly string[]>,
): () => void {
  let asking = new AbortController();
  const list = createSuggestions<string>(input, {
    label: t.suggestionsFor(name),
    firstIsActive: false,
    content: (value) => [value],
    choose(value) {
      asking.abort();
      input.value = value;
      input.setSelectionRange(value.length, value.length);
    },
  });
  const suggest = async (): Promise<void> => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const { value } = input;
    try {
      const found = await ask(value, signal);
      if (signal.aborted || document.activeElement !== input) return;
      list.show(found.filter((each) => each !== value));
    } catch (error) {
      // Who writes goes on without.
      if (!signal.aborted && !(error instanceof ApiProblem)) throw error;
    }
  };
  listen(input, 'input', () => void suggest());
  listen(input, 'focus', () => void suggest());
  return () => {
    asking.abort();
    list.dispose?.();
  };
}

import { h, listen } from '../base/dom.ts';
import type { StartScreen } from '../protocol.ts';
import { t as chat } from '../strings/chat.ts';
import { t as setup } from '../strings/setup.ts';
import { t } from '../strings/setup_assistants.ts';
import { createField, type Field } from './field.ts';
import { createSuggestionRows } from './suggestion_rows.ts';
import { type Tracked, track } from './tracked.ts';

type Name = 'greeting' | 'introduction' | 'placeholder';

export interface StartFields {
  readonly element: HTMLElement;
  /** By the path of the field, as the server's problems name it. */
  readonly tracked: Readonly<Record<string, Tracked>>;
  /** The start screen; null if a field is wrong, which then says so and is focused. */
  read(): StartScreen | null;
  /** `path` is what follows `start.`; null takes all messages back. */
  setError(path: string | null, message: string | null): void;
}

/** What an empty chat with the assistant shows. Everything may stay empty. */
export function createStartFields(): StartFields {
  const count = h('span', { class: 'setup-fold__count' });
  const fields: Readonly<Record<Name, Field<HTMLInputElement | HTMLTextAreaElement>>> = {
    greeting: text('greeting', t.start.greeting, 200, chat.welcome.greeting),
    placeholder: text('placeholder', t.start.placeholder, 80, chat.composer.placeholder),
    introduction: createField(
      'setup-start-introduction',
      t.start.introduction,
      h('textarea', {
        class: 'setup-input',
        name: 'introduction',
        rows: 2,
        maxlength: 1000,
        dir: 'auto',
      }),
    ),
  };
  const refresh = (): void => {
    const set = [
      ...Object.values(fields).map(({ input }) => input.value.trim() !== ''),
      suggestions.read().length > 0,
    ].filter(Boolean).length;
    count.textContent = set === 0 ? '' : setup.setCount(set);
  };
  const suggestions = createSuggestionRows(refresh);
  for (const { input, setError } of Object.values(fields)) {
    listen(input, 'input', () => {
      setError(null);
      refresh();
    });
  }
  const element = h(
    'details',
    { class: 'setup-fold' },
    h('summary', { class: 'setup-fold__summary' }, h('span', {}, t.start.title), ' ', count),
    h('p', { class: 'setup-hint' }, t.start.hint),
    h(
      'div',
      { class: 'setup-fold__fields' },
      ...Object.values(fields).map((field) => field.element),
      suggestions.element,
    ),
  );

  return {
    element,
    tracked: {
      ...Object.fromEntries(
        Object.entries(fields).map(([name, { input }]) => [
          `start.${name}`,
          track(
            () => input.value.trim(),
            (value) => {
              input.value = value;
              refresh();
            },
          ),
        ]),
      ),
      'start.suggestions': track(
        () => JSON.stringify(suggestions.read()),
        (value) => suggestions.write(JSON.parse(value)),
      ),
    },
    read() {
      const given = suggestions.read();
      if (given.some(({ prompt }) => prompt === '')) {
        element.open = true;
        suggestions.setError(t.start.needsQuestion);
        suggestions.focus();
        return null;
      }
      return {
        greeting: fields.greeting.input.value,
        introduction: fields.introduction.input.value,
        suggestions: given,
        placeholder: fields.placeholder.input.value,
      };
    },
    setError(path, message) {
      const [name = ''] = path?.split('.') ?? [];
      for (const [key, field] of Object.entries(fields)) {
        field.setError(key === name ? message : null);
      }
      suggestions.setError(name === 'suggestions' ? message : null);
      if (path === null || message === null) return;
      element.open = true;
      if (name === 'suggestions') suggestions.focus();
      else if (Object.hasOwn(fields, name)) fields[name as Name].input.focus();
    },
  };
}

/** Returns what the fields show of a start screen, by the path of the field. */
export function startTexts(start: StartScreen): Record<string, string> {
  const { greeting = '', introduction = '', placeholder = '', suggestions = [] } = start;
  return {
    'start.greeting': greeting,
    'start.introduction': introduction,
    'start.placeholder': placeholder,
    'start.suggestions': JSON.stringify(
      suggestions.map(({ title = '', prompt }) => ({ title, prompt })),
    ),
  };
}

function text(
  name: Name,
  label: string,
  maxlength: number,
  placeholder: string,
): Field<HTMLInputElement> {
  return createField(
    `setup-start-${name}`,
    label,
    h('input', {
      class: 'setup-input',
      name,
      maxlength,
      placeholder,
      dir: 'auto',
      autocomplete: 'off',
    }),
  );
}

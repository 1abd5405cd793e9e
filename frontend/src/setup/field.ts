import './field.css';
import { type Child, h } from '../base/dom.ts';
import type { SetupState } from '../protocol.ts';
import { t } from '../strings/setup.ts';

export interface Field<E extends HTMLElement> {
  readonly element: HTMLElement;
  readonly input: E;
  setHint(...content: readonly Child[]): void;
  setError(message: string | null): void;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A label with its input, hint, error and lock, linked for screen readers. */
export function createField<E extends Control>(
  id: string,
  label: string,
  input: E,
  ...hint: readonly Child[]
): Field<E> {
  const notes = createNotes(id, ...hint);
  input.id = id;
  input.setAttribute('aria-describedby', notes.ids);
  return {
    element: h(
      'div',
      { class: 'setup-field' },
      h('label', { class: 'setup-label', for: id }, label),
      input,
      notes.element,
    ),
    input,
    setHint: notes.setHint,
    setError(message) {
      notes.setError(message);
      if (message === null) input.removeAttribute('aria-invalid');
      else input.setAttribute('aria-invalid', 'true');
    },
  };
}

export interface Notes {
  readonly element: HTMLElement;
  /** For `aria-describedby`. */
  readonly ids: string;
  setHint(...content: readonly Child[]): void;
  setError(message: string | null): void;
}

/** The notes below a field: the error, then the hint. */
export function createNotes(id: string, ...content: readonly Child[]): Notes {
  const error = h('p', { class: 'setup-error', id: `${id}-error`, hidden: true });
  const hint = h('div', { class: 'setup-hint', id: `${id}-hint` });
  const setHint = (...parts: readonly Child[]): void => {
    hint.replaceChildren(
      ...parts.filter((part) => part instanceof Node || typeof part === 'string'),
    );
    hint.hidden = hint.childNodes.length === 0;
  };
  setHint(...content);
  return {
    element: h('div', { class: 'setup-notes' }, error, hint),
    ids: `${error.id} ${hint.id}`,
    setHint,
    setError(message) {
      error.textContent = message;
      error.hidden = message === null;
    },
  };
}

/** Returns why changing this setting would have no effect; null if it would have one. */
export function lockReason(state: SetupState, name: string): string | null {
  const setting = state.settings.find((candidate) => candidate.name === name);
  if (setting === undefined || setting.writable) return null;
  return setting.source === 'command_line' ? t.lockedByCommand(name) : t.lockedByVariable(name);
}

/** A sentence that stands out from the hints. */
export function lockNote(reason: string | null): HTMLElement | null {
  return reason === null ? null : h('p', { class: 'setup-lock' }, reason);
}

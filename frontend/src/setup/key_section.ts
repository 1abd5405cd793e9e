import { h, listen } from '../base/dom.ts';
import type { SetupState } from '../protocol.ts';
import type { Api, ApiProblem } from '../server/api.ts';
import { button } from '../ui/button.ts';
import { createField, lockNote, lockReason } from './field.ts';
import { createSectionForm, type Section, type SetupPage } from './section.ts';

/** The API key: write, check and remove it. It is never read back, except its last characters. */
export function createKeySection(api: Api, page: SetupPage): Section {
  const present = h('p', { class: 'setup-present' });
  const field = createField(
    'setup-api-key',
    'API key',
    h('input', {
      class: 'setup-input setup-input--code',
      type: 'password',
      name: 'api_key',
      autocomplete: 'off',
      spellcheck: 'false',
      autocapitalize: 'off',
    }),
  );
  const verify = h('input', { type: 'checkbox', name: 'verify', checked: true });
  const save = button('Save key', { kind: 'primary', type: 'submit' });
  const anyway = button('Store it anyway', { hidden: true });
  const remove = button('Remove key…', { kind: 'danger' });
  const removeNow = button('Remove it', { kind: 'danger' });
  const keep = button('Keep it');
  const confirmation = h(
    'div',
    { class: 'setup-confirm', role: 'group', 'aria-label': 'Remove the key?', hidden: true },
    h('p', {}, 'Remove the key? It cannot be shown again.'),
    removeNow,
    keep,
  );

  const form = createSectionForm({
    id: 'setup-key',
    title: '2. API key',
    content: [
      present,
      field.element,
      h('label', { class: 'setup-check' }, verify, 'Check it with the upstream before storing it'),
    ],
    actions: [save, anyway, remove, confirmation],
    page,
    showAtField(name, message) {
      field.setError(name === 'api_key' ? message : null);
      if (name !== 'api_key') return false;
      field.input.focus();
      return true;
    },
    onSubmit: () => void submit(verify.checked),
  });

  const submit = async (checked: boolean): Promise<void> => {
    const key = field.input.value.trim();
    anyway.hidden = true;
    if (key === '') {
      field.setError('Paste a key first.');
      field.input.focus();
      return;
    }
    const problem = await form.run({
      progress: checked ? 'Checking the key with the upstream…' : 'Storing the key…',
      done: checked ? 'The key works and is stored.' : 'The key is stored, unchecked.',
      send: () => api.saveApiKey({ api_key: key, verify: checked }),
      onSaved: () => {
        // Text typed while the key was being saved is another key.
        if (field.input.value.trim() === key) field.input.value = '';
      },
    });
    anyway.hidden = !checked || problem === null || !isVerification(problem);
  };
  const confirm = (asking: boolean): void => {
    confirmation.hidden = !asking;
    remove.hidden = asking;
    (asking ? keep : remove).focus();
  };
  listen(anyway, 'click', () => void submit(false));
  listen(remove, 'click', () => confirm(true));
  listen(keep, 'click', () => confirm(false));
  listen(removeNow, 'click', async () => {
    confirm(false);
    await form.run({
      progress: 'Removing the key…',
      done: 'The key is removed.',
      send: () => api.removeApiKey(),
      onSaved: () => field.input.focus(),
    });
  });
  listen(field.input, 'input', () => {
    anyway.hidden = true;
    field.setError(null);
  });

  return {
    element: form.element,
    update(state) {
      const lock = lockReason(state, 'OPENAI_API_KEY');
      const locked = lock !== null;
      present.textContent = presence(state);
      field.setHint(
        `It is written to ${state.env_file} on this server and never shown again.`,
        lockNote(lock),
      );
      field.input.disabled = locked;
      verify.disabled = locked;
      save.disabled = locked;
      remove.hidden = !state.api_key.present || !confirmation.hidden;
      remove.disabled = locked;
      if (state.api_key.present) form.setMark('done');
      else form.setMark(state.missing.includes('api_key') ? 'missing' : 'optional');
    },
  };
}

function presence({ api_key: key, missing, upstream }: SetupState): string {
  if (key.present) {
    return key.last_four === null ? 'A key is set.' : `A key is set: …${key.last_four}`;
  }
  if (missing.includes('api_key')) return 'No key is set, and this upstream needs one.';
  return upstream.name === 'demo'
    ? 'No key is set. The demo needs none.'
    : 'No key is set. Many self-hosted servers need none.';
}

/** Whether the upstream rejected the key. Storing it may still be right. */
function isVerification({ code, status }: ApiProblem): boolean {
  return status !== 0 && (code.startsWith('upstream_') || code.startsWith('assistants_'));
}

import { h, listen } from '../base/dom.ts';
import type { SetupState } from '../protocol.ts';
import type { Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/setup.ts';
import { button } from '../ui/button.ts';
import { createField, lockNote, lockReason } from './field.ts';
import { createSectionForm, type Section, type SetupPage } from './section.ts';

/** The API key: write, check and remove it. It is never read back, except its last characters. */
export function createKeySection(api: Api, page: SetupPage): Section {
  const present = h('p', { class: 'setup-present' });
  const field = createField(
    'setup-api-key',
    t.key.label,
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
  const save = button(t.key.save, { kind: 'primary', type: 'submit' });
  const anyway = button(t.key.anyway, { hidden: true });
  const remove = button(t.key.remove, { kind: 'danger' });
  const removeNow = button(t.key.removeNow, { kind: 'danger' });
  const keep = button(t.key.keep);
  const confirmation = h(
    'div',
    { class: 'setup-confirm', role: 'group', 'aria-label': t.key.removeAsk, hidden: true },
    h('p', {}, t.key.removeWhat),
    removeNow,
    keep,
  );

  const form = createSectionForm({
    id: 'setup-key',
    title: t.key.title,
    content: [present, field.element, h('label', { class: 'setup-check' }, verify, t.key.check)],
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
      field.setError(t.key.empty);
      field.input.focus();
      return;
    }
    const problem = await form.run({
      progress: checked ? t.key.checking : t.key.storing,
      done: checked ? t.key.works : t.key.stored,
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
      progress: t.key.removing,
      done: t.key.removed,
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
      field.setHint(whereKept(state), lockNote(lock));
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
    return key.last_four === null ? t.key.set : t.key.setTo(key.last_four);
  }
  if (missing.includes('api_key')) return t.key.missing;
  return upstream.name === 'demo' ? t.key.noneForDemo : t.key.noneNeeded;
}

function whereKept({ sealed_with: seal, env_file: file }: SetupState): string {
  if (seal === null) return t.key.hint(file);
  return seal === 'secret_key' ? t.key.sealed : t.key.sealedWithKeptKey;
}

/** Whether the upstream rejected the key. Storing it may still be right. */
function isVerification({ code, status }: ApiProblem): boolean {
  return status !== 0 && (code.startsWith('upstream_') || code.startsWith('assistants_'));
}

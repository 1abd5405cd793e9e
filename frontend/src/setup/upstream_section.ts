import { h, setText } from '../base/dom.ts';
import type { SetupState } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { t } from '../strings/setup.ts';
import { button } from '../ui/button.ts';
import { dictationText } from './dictation_text.ts';
import { createField, createNotes, lockNote, lockReason } from './field.ts';
import { createSectionForm, type Mark, type Section, type SetupPage } from './section.ts';
import { track } from './tracked.ts';
import { BASE_URLS, UPSTREAMS } from './upstreams.ts';

/** The upstream that answers, and its address. */
export function createUpstreamSection(api: Api, page: SetupPage): Section {
  const radios = new Map<string, HTMLInputElement>();
  const choices = h('div', { class: 'setup-choices' });
  const notes = createNotes('setup-upstream-choice');
  const group = h(
    'fieldset',
    { class: 'setup-group', 'aria-describedby': notes.ids },
    h('legend', { class: 'setup-label' }, t.upstream.who),
    choices,
    notes.element,
  );
  const addChoice = (name: string): void => {
    if (radios.has(name)) return;
    const { title, text } = UPSTREAMS[name] ?? { title: name, text: t.upstream.custom };
    const radio = h('input', {
      type: 'radio',
      name: 'upstream',
      value: name,
      'aria-describedby': `setup-upstream-${name}`,
    });
    radios.set(name, radio);
    choices.append(
      h(
        'div',
        { class: 'setup-choice' },
        h('label', { class: 'setup-check' }, radio, h('span', {}, title)),
        h('p', { class: 'setup-hint', id: `setup-upstream-${name}` }, text),
      ),
    );
  };
  for (const name of Object.keys(UPSTREAMS)) addChoice(name);

  const baseUrl = createField(
    'setup-base-url',
    t.upstream.baseUrl,
    h('input', {
      class: 'setup-input setup-input--code',
      type: 'url',
      name: 'base_url',
      autocomplete: 'off',
      spellcheck: 'false',
      list: 'setup-base-urls',
      placeholder: 'https://api.openai.com/v1',
    }),
  );
  const dictation = h('p', { class: 'setup-hint' });
  const save = button(t.upstream.save, { kind: 'primary', type: 'submit' });
  const choice = track(
    () => [...radios.values()].find((radio) => radio.checked)?.value ?? '',
    (value) => {
      for (const radio of radios.values()) radio.checked = radio.value === value;
    },
  );
  const address = track(
    () => baseUrl.input.value,
    (value) => {
      baseUrl.input.value = value;
    },
  );

  const form = createSectionForm({
    id: 'setup-upstream',
    title: t.upstream.title,
    content: [
      group,
      baseUrl.element,
      h(
        'datalist',
        { id: 'setup-base-urls' },
        ...BASE_URLS.map(({ name, url }) => h('option', { value: url }, name)),
      ),
      dictation,
    ],
    actions: [save],
    page,
    showAtField(name, message) {
      notes.setError(name === 'upstream' ? message : null);
      baseUrl.setError(name === 'base_url' ? message : null);
      if (name === 'upstream') radios.get(choice.value)?.focus();
      else if (name === 'base_url') baseUrl.input.focus();
      else return false;
      return true;
    },
    onSubmit: () => {
      const [upstream, url] = [choice.value, address.value];
      void form.run({
        progress: t.upstream.saving,
        done: t.upstream.done,
        send: () => api.saveUpstream({ upstream, base_url: url.trim() === '' ? null : url.trim() }),
        onSaved: () => {
          choice.accept(upstream);
          address.accept(url);
        },
      });
    },
  });

  return {
    element: form.element,
    update(state) {
      const [choiceLock, urlLock] = ['UPSTREAM', 'OPENAI_BASE_URL'].map((name) =>
        lockReason(state, name),
      );
      for (const name of state.upstream.available) addChoice(name);
      addChoice(state.upstream.choice);
      if (state.upstream.name !== null) addChoice(state.upstream.name);
      choice.offer(state.upstream.choice);
      address.offer(state.upstream.base_url ?? '');
      for (const radio of radios.values()) radio.disabled = Boolean(choiceLock);
      baseUrl.input.disabled = Boolean(urlLock);
      save.disabled = Boolean(choiceLock) && Boolean(urlLock);
      notes.setHint(inUse(state), lockNote(choiceLock ?? null));
      baseUrl.setHint(t.upstream.baseUrlHint, lockNote(urlLock ?? null));
      setText(dictation, dictationText(state.dictation));
      form.setMark(markOf(state));
    },
  };
}

function inUse({ upstream }: SetupState): string {
  if (upstream.name === null) return t.upstream.none;
  const title = UPSTREAMS[upstream.name]?.title ?? upstream.name;
  return upstream.choice === 'auto' ? t.upstream.automatically(title) : t.upstream.inUse(title);
}

function markOf({ missing, upstream }: SetupState): Mark {
  if (missing.includes('upstream')) return 'missing';
  return upstream.problem === null ? 'done' : 'problem';
}

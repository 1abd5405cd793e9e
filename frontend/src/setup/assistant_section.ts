import { h, listen } from '../base/dom.ts';
import type {
  AssistantInfo,
  AssistantUpdate,
  ModelList,
  SetupAnswer,
  SetupState,
} from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { t } from '../strings/setup_assistants.ts';
import { button } from '../ui/button.ts';
import { createAssistantPicker } from './assistant_picker.ts';
import { createField, lockNote, lockReason } from './field.ts';
import { createModelHint, modelHint } from './model_hint.ts';
import { createParameterFields, parameterTexts } from './parameter_fields.ts';
import { createSectionForm, type Section, type SetupPage } from './section.ts';
import { createStartFields, startTexts } from './start_fields.ts';
import { createToolChoice } from './tools.ts';
import { type Tracked, track } from './tracked.ts';

const FIRST_TOOLS: ReadonlySet<string> = new Set(['code_interpreter', 'file_search']);

/** What the fields show, by field. */
type Texts = Readonly<Record<string, string>>;

/** The assistants: each one's name, model, instructions, tools, parameters and start screen. */
export function createAssistantSection(api: Api, page: SetupPage): Section {
  const name = createField(
    'setup-name',
    t.name,
    h('input', {
      class: 'setup-input',
      name: 'name',
      dir: 'auto',
      autocomplete: 'off',
      maxlength: 256,
    }),
  );
  const model = createField(
    'setup-model',
    t.model,
    h('input', {
      class: 'setup-input setup-input--code',
      name: 'model',
      autocomplete: 'off',
      spellcheck: 'false',
      autocapitalize: 'off',
      maxlength: 256,
      list: 'setup-models',
    }),
  );
  const instructions = createField(
    'setup-instructions',
    t.instructions,
    h('textarea', {
      class: 'setup-input',
      name: 'instructions',
      dir: 'auto',
      rows: 5,
      maxlength: 256_000,
    }),
    t.instructionsHint,
  );
  const tools = createToolChoice();
  const parameters = createParameterFields(() => {
    void form.run({
      progress: t.parameters.forgetting,
      done: t.parameters.again,
      send: () => api.forgetRefusedParameters(),
    });
  });
  const start = createStartFields();
  const modelOptions = h('datalist', { id: 'setup-models' });
  const identity = h('div', { class: 'setup-identity' });
  const save = button(t.save, { kind: 'primary', type: 'submit' });
  const makeDefault = button(t.makeDefault);
  const copy = button(t.copy);
  const add = button(t.new);
  const remove = button(t.delete, { kind: 'danger' });
  const removeNow = button(t.deleteNow, { kind: 'danger' });
  const keep = button(t.keep);
  const question = h('p', {});
  const confirmation = h(
    'div',
    { class: 'setup-confirm', role: 'group', 'aria-label': t.deleteAsk, hidden: true },
    question,
    removeNow,
    keep,
  );
  const tracked: Readonly<Record<string, Tracked>> = {
    name: trackText(name.input),
    model: trackText(model.input),
    instructions: trackText(instructions.input),
    tools: track(
      () => JSON.stringify(tools.checked().sort()),
      (value) => tools.check(JSON.parse(value)),
    ),
    ...parameters.tracked,
    ...start.tracked,
  };
  const all = Object.entries(tracked);

  let state: SetupState | null = null;
  /** The id of the assistant in the form; null is a new one, undefined the default. */
  let edited: string | null | undefined;
  /** What was typed of the assistants that are not in the form now. */
  const drafts = new Map<string | null, Texts>();

  const picker = createAssistantPicker((id) => edit(id));
  const form = createSectionForm({
    id: 'setup-assistant',
    title: t.title,
    content: [
      picker.element,
      identity,
      name.element,
      model.element,
      modelOptions,
      instructions.element,
      tools.element,
      parameters.element,
      start.element,
    ],
    actions: [save, makeDefault, copy, add, remove, confirmation],
    page,
    showAtField(field, message) {
      let found = false;
      const fields = { name, model, instructions };
      for (const [key, candidate] of Object.entries(fields)) {
        candidate.setError(key === field ? message : null);
        if (key !== field) continue;
        found = true;
        candidate.input.focus();
      }
      const ofStart = field?.startsWith('start.') ? field.slice('start.'.length) : null;
      start.setError(ofStart, message);
      if (ofStart !== null) return true;
      const parameter = field?.startsWith('parameters.') ? (field.split('.')[1] ?? '') : null;
      for (const key of Object.keys(parameters.tracked)) {
        parameters.setError(key.slice('parameters.'.length), null);
      }
      if (parameter !== null) {
        parameters.setError(parameter, message);
        return parameters.focus(parameter);
      }
      tools.setError(field === 'tools' ? message : null);
      if (field !== 'tools') return found;
      tools.focus();
      return true;
    },
    onSubmit: () => submit(),
  });

  const current = (): AssistantInfo | null =>
    state?.assistants.find(({ id }) => id === edited) ?? null;
  const texts = (): Texts => Object.fromEntries(all.map(([key, { value }]) => [key, value]));
  const isChanged = (): boolean => all.some(([, { changed }]) => changed);

  /** Puts another assistant into the form. What was typed of this one is kept. */
  const edit = (id: string | null): void => {
    if (state === null || id === edited) return;
    if (isChanged()) drafts.set(edited ?? null, texts());
    show(id);
  };
  const show = (id: string | null): void => {
    if (state === null) return;
    edited = id;
    for (const field of [name, model, instructions]) field.setError(null);
    confirmation.hidden = true;
    tools.offer(state, current()?.tools ?? []);
    const stored = textsOf(current(), state, models.list);
    const shown = { ...stored, ...drafts.get(id) };
    drafts.delete(id);
    for (const [key, field] of all) field.load(stored[key] ?? '', shown[key] ?? '');
    model.setHint(...modelHint(models.list, model.input.value));
    draw();
  };

  const submit = (): void => {
    const empty = [
      { field: name, message: t.needsName },
      { field: model, message: t.needsModel },
    ].filter(({ field }) => field.input.value.trim() === '');
    name.setError(null);
    model.setError(null);
    for (const { field, message } of empty) field.setError(message);
    if (empty[0] !== undefined) {
      empty[0].field.input.focus();
      return;
    }
    const given = parameters.read();
    const greeting = given === null ? null : start.read();
    if (given === null || greeting === null) return;
    const sent = texts();
    const before = current();
    let saved: AssistantInfo | null = before;
    const body: AssistantUpdate = {
      name: name.input.value,
      model: model.input.value,
      instructions: instructions.input.value,
      tools: tools.checked(),
      parameters: given,
      start: greeting,
    };
    // Saving the default one makes it where there is none, and tells what overrides the setting.
    const isDefault = before === null ? state?.assistant === null : before.is_default;
    void form.run({
      progress: t.saving,
      done: isDefault ? t.savedAnswers : before === null ? t.savedNew : t.savedForChats,
      async send() {
        if (isDefault) {
          const answer = await api.saveAssistant(body);
          saved = answer.state.assistant;
          return answer;
        }
        saved = before
          ? await api.updateAssistant(before.id, body)
          : await api.createAssistant(body);
        return stateNow();
      },
      onSaved() {
        // Meanwhile another one may have come into the form.
        if (edited !== (before?.id ?? null)) {
          drafts.delete(before?.id ?? null);
          return;
        }
        edited = saved?.id ?? null;
        for (const [key, field] of all) field.accept(sent[key] ?? '');
      },
    });
  };

  const stateNow = async (): Promise<SetupAnswer> => ({ state: await api.setup(), warnings: [] });

  /** Does something with the assistant in the form, and shows the one that comes of it. */
  const act = async (
    progress: string,
    done: string,
    send: (id: string) => Promise<AssistantInfo | null>,
  ): Promise<void> => {
    const id = current()?.id;
    if (id === undefined) return;
    let outcome: AssistantInfo | null = null;
    await form.run({
      progress,
      done,
      async send() {
        outcome = await send(id);
        return stateNow();
      },
    });
    if (outcome !== null) edit((outcome as AssistantInfo).id);
  };

  listen(makeDefault, 'click', async () => {
    await act(t.changing, t.isDefault, (id) => api.makeDefaultAssistant(id));
    if (makeDefault.hidden) save.focus();
  });
  listen(copy, 'click', async () => {
    await act(t.copying, t.copied, (id) => api.copyAssistant(id));
    name.input.focus();
  });
  listen(add, 'click', () => {
    edit(null);
    name.input.focus();
  });
  const confirm = (asking: boolean): void => {
    question.textContent = t.deleteWhat(current()?.name ?? '');
    confirmation.hidden = !asking;
    draw();
    (asking ? keep : remove.hidden ? name.input : remove).focus();
  };
  listen(remove, 'click', () => confirm(true));
  listen(keep, 'click', () => confirm(false));
  listen(removeNow, 'click', async () => {
    await act(t.deleting, t.deleted, async (id) => {
      await api.deleteAssistant(id, true);
      return null;
    });
    confirm(false);
  });

  const models = createModelHint(api, (list) => {
    modelOptions.replaceChildren(...(list?.models ?? []).map((value) => h('option', { value })));
    if (state !== null && edited === null) {
      tracked['model']?.offer(textsOf(null, state, list)['model'] ?? '');
    }
    model.setHint(...modelHint(list, model.input.value));
  });
  listen(model.input, 'input', () => {
    model.setError(null);
    model.setHint(...modelHint(models.list, model.input.value));
  });
  listen(name.input, 'input', () => name.setError(null));

  /** Shows everything but the fields' values. */
  const draw = (): void => {
    if (state === null) return;
    const chosen = current();
    const missing = state.missing.includes('assistant');
    // Assistants that could not be read must not be overwritten by a new one.
    const unread = state.assistant === null && !missing;
    picker.update(state.assistants, edited ?? null, (id) => drafts.has(id));
    save.disabled = unread;
    add.disabled = unread;
    save.textContent = chosen === null && !unread ? t.create : t.save;
    makeDefault.hidden = chosen === null || chosen.is_default;
    copy.hidden = chosen === null;
    add.hidden = edited === null;
    remove.hidden = makeDefault.hidden || !confirmation.hidden;
    parameters.setLeftOut(chosen?.model ?? '', chosen?.left_out ?? []);
    identity.replaceChildren(...identityNotes(state, chosen, unread));
    form.setMark(unread ? null : missing ? 'missing' : 'done');
  };

  return {
    element: form.element,
    update(next) {
      state = next;
      if (current() === null && edited !== null) {
        const gone = edited;
        edited = next.assistant?.id ?? null;
        if (gone !== undefined) {
          // The one in the form has been deleted.
          show(edited);
        }
      }
      tools.offer(state, current()?.tools ?? []);
      const unread = next.assistant === null && !next.missing.includes('assistant');
      if (!unread) {
        const stored = textsOf(current(), next, models.list);
        for (const [key, field] of all) field.offer(stored[key] ?? '');
      }
      draw();
      models.refresh(state);
    },
    dispose: models.dispose,
  };
}

/** Returns what the form shows of an assistant. A new one gets the default's model, or else the only
 * one there is, every function of this server, and of the other tools those of `FIRST_TOOLS`. */
function textsOf(
  assistant: AssistantInfo | null,
  state: SetupState,
  listed: ModelList | null,
): Texts {
  const wanted = (tool: string): boolean =>
    assistant === null
      ? tool.startsWith('function:') || FIRST_TOOLS.has(tool)
      : assistant.tools.includes(tool);
  const known = listed === null || listed.fallback ? [] : listed.models;
  const only = known.length === 1 ? known[0] : undefined;
  return {
    name: assistant?.name ?? (state.assistant === null ? t.first.name : ''),
    model: assistant?.model ?? state.assistant?.model ?? only ?? '',
    instructions: assistant?.instructions ?? t.first.instructions,
    tools: JSON.stringify(state.tools.filter(wanted).sort()),
    ...parameterTexts(assistant?.parameters ?? {}),
    ...startTexts(assistant?.start ?? {}),
  };
}

function identityNotes(
  state: SetupState,
  assistant: AssistantInfo | null,
  unread: boolean,
): Node[] {
  const isLost = state.assistant === null && !unread && state.assistants.length > 0;
  const notes: (Node | null)[] = [
    unread ? lockNote(t.cannotRead) : null,
    isLost ? lockNote(t.noDefault) : null,
    assistant === null ? null : h('p', {}, t.id, h('code', {}, assistant.id)),
    lockNote(lockReason(state, 'ASSISTANT_ID')),
  ];
  return notes.filter((note) => note !== null);
}

function trackText(input: HTMLInputElement | HTMLTextAreaElement): Tracked {
  return track(
    () => input.value,
    (value) => {
      input.value = value;
    },
  );
}

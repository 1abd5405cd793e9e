import { h, listen } from '../base/dom.ts';
import type { ModelList, SetupState } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { button } from '../ui/button.ts';
import { createField, lockNote, lockReason } from './field.ts';
import { createSectionForm, type Section, type SetupPage } from './section.ts';
import { createToolChoice } from './tools.ts';
import { type Tracked, track } from './tracked.ts';

const NAME = 'Assistant';
const INSTRUCTIONS = 'You are a helpful assistant. Use the tools you have where they help.';

/** The assistant: name, model, instructions, tools. */
export function createAssistantSection(api: Api, page: SetupPage): Section {
  const name = createField(
    'setup-name',
    'Name',
    h('input', { class: 'setup-input', name: 'name', autocomplete: 'off', maxlength: 256 }),
  );
  const model = createField(
    'setup-model',
    'Model',
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
    'Instructions',
    h('textarea', { class: 'setup-input', name: 'instructions', rows: 5, maxlength: 256_000 }),
    'What the model is told at the start of every thread.',
  );
  const tools = createToolChoice();
  const modelOptions = h('datalist', { id: 'setup-models' });
  const identity = h('div', { class: 'setup-identity' });
  const save = button('Save assistant', { kind: 'primary', type: 'submit' });
  const tracked = {
    name: trackText(name.input),
    model: trackText(model.input),
    instructions: trackText(instructions.input),
    tools: track(
      () => JSON.stringify(tools.checked().sort()),
      (value) => tools.check(JSON.parse(value)),
    ),
  };

  const form = createSectionForm({
    id: 'setup-assistant',
    title: '3. Assistant',
    content: [
      identity,
      name.element,
      model.element,
      modelOptions,
      instructions.element,
      tools.element,
    ],
    actions: [save],
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
      tools.setError(field === 'tools' ? message : null);
      if (field !== 'tools') return found;
      tools.focus();
      return true;
    },
    onSubmit: () => submit(),
  });

  const submit = (): void => {
    const empty = [
      { field: name, message: 'Give the assistant a name.' },
      { field: model, message: 'Give the assistant a model.' },
    ].filter(({ field }) => field.input.value.trim() === '');
    name.setError(null);
    model.setError(null);
    for (const { field, message } of empty) field.setError(message);
    if (empty[0] !== undefined) {
      empty[0].field.input.focus();
      return;
    }
    const sent = {
      name: tracked.name.value,
      model: tracked.model.value,
      instructions: tracked.instructions.value,
      tools: tracked.tools.value,
    };
    void form.run({
      progress: 'Saving the assistant…',
      done: 'The assistant is saved and answers from the next run on.',
      send: () => api.saveAssistant({ ...sent, tools: tools.checked() }),
      onSaved: () => {
        tracked.name.accept(sent.name);
        tracked.model.accept(sent.model);
        tracked.instructions.accept(sent.instructions);
        tracked.tools.accept(sent.tools);
      },
    });
  };

  const models = createModelHint(api, (list) => {
    modelOptions.replaceChildren(...(list?.models ?? []).map((value) => h('option', { value })));
    model.setHint(...modelHint(list, model.input.value));
  });
  listen(model.input, 'input', () => {
    model.setError(null);
    model.setHint(...modelHint(models.list, model.input.value));
  });
  listen(name.input, 'input', () => name.setError(null));

  return {
    element: form.element,
    update(state) {
      const { assistant } = state;
      const missing = state.missing.includes('assistant');
      tools.offer(state);
      // An assistant that could not be read must not be overwritten by a new one.
      const unread = assistant === null && !missing;
      if (!unread) {
        tracked.name.offer(assistant?.name ?? NAME);
        tracked.model.offer(assistant?.model ?? '');
        tracked.instructions.offer(assistant?.instructions ?? INSTRUCTIONS);
        tracked.tools.offer(JSON.stringify(state.tools.filter(wanted(state)).sort()));
      }
      save.disabled = unread;
      save.textContent = missing ? 'Create assistant' : 'Save assistant';
      identity.replaceChildren(...identityNotes(state, unread));
      form.setMark(unread ? null : missing ? 'missing' : 'done');
      models.refresh(state);
    },
    dispose: models.dispose,
  };
}

/** A new assistant gets every function of this server; hosted tools are opt-in. */
function wanted({ assistant }: SetupState): (tool: string) => boolean {
  if (assistant === null) return (tool) => tool.startsWith('function:');
  return (tool) => assistant.tools.includes(tool);
}

function identityNotes(state: SetupState, unread: boolean): Node[] {
  const notes: (Node | null)[] = [
    unread
      ? lockNote('The assistant could not be read. It can be changed once the upstream answers.')
      : null,
    state.assistant === null ? null : h('p', {}, 'Id: ', h('code', {}, state.assistant.id)),
    lockNote(lockReason(state, 'ASSISTANT_ID')),
  ];
  return notes.filter((note) => note !== null);
}

interface ModelSource {
  readonly list: ModelList | null;
  /** Asks again if the upstream or the key has changed. */
  refresh(state: SetupState): void;
  dispose(): void;
}

function createModelHint(api: Api, onList: (list: ModelList | null) => void): ModelSource {
  let list: ModelList | null = null;
  let asked: string | null = null;
  let request: AbortController | null = null;
  const ask = async (signal: AbortSignal): Promise<void> => {
    let next: ModelList;
    try {
      next = await api.models(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      next = { models: [], fallback: true, problem: error.message };
    }
    if (signal.aborted) return;
    list = next;
    onList(list);
  };
  return {
    get list() {
      return list;
    },
    refresh({ upstream, api_key: key }) {
      const source = JSON.stringify([upstream, key]);
      if (source === asked) {
        onList(list);
        return;
      }
      asked = source;
      request?.abort();
      request = new AbortController();
      list = null;
      onList(null);
      void ask(request.signal);
    },
    dispose() {
      request?.abort();
    },
  };
}

function modelHint(list: ModelList | null, chosen: string): (string | HTMLElement)[] {
  if (list === null) return ['Asking the upstream for its models…'];
  if (list.fallback) {
    const from = list.models.length > 0 ? ' The suggestions are a short built-in list.' : '';
    const why = list.problem === null ? '' : ` ${list.problem}`;
    return [
      h('p', { class: 'setup-warning' }, `The upstream did not list its models.${from}${why}`),
    ];
  }
  const model = chosen.trim();
  if (model !== '' && !list.models.includes(model)) {
    return [h('p', { class: 'setup-warning' }, `The upstream does not list a model ${model}.`)];
  }
  const count = list.models.length;
  return [
    `The upstream lists ${count} ${count === 1 ? 'model' : 'models'}. Any other name works too, if the upstream knows it.`,
  ];
}

function trackText(input: HTMLInputElement | HTMLTextAreaElement): Tracked {
  return track(
    () => input.value,
    (value) => {
      input.value = value;
    },
  );
}

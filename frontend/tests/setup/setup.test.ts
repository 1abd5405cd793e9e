import { afterEach, describe, expect, it, vi } from 'vitest';
import type { View } from '../../src/base/dom.ts';
import type { SetupState } from '../../src/protocol.ts';
import { createApi } from '../../src/server/api.ts';
import { isDictationOffered } from '../../src/server/dictation.ts';
import { createSetup } from '../../src/setup/setup.ts';
import { fileInfo } from '../fakes.ts';
import { answer, changed, createWire, json, refusal, STATE } from '../wire.ts';

let view: View | null = null;

afterEach(() => {
  view?.dispose?.();
  document.body.replaceChildren();
});

/** The page before the given server, once it has shown its state. */
async function open(answers: Parameters<typeof createWire>[0] = {}) {
  const wire = createWire(answers);
  view = createSetup(createApi(wire.request));
  document.body.append(view.element);
  const find = <E extends HTMLElement = HTMLElement>(selector: string): E => {
    const found = document.querySelector<E>(selector);
    if (found === null) throw new Error(`There is no ${selector}.`);
    return found;
  };
  const input = (id: string) => find<HTMLInputElement>(`#setup-${id}`);
  await vi.waitFor(() => expect(find('.setup-loading').textContent).not.toBe('Loading…'));
  return {
    ...wire,
    find,
    input,
    text: (selector: string) => find(selector).textContent,
    type(id: string, value: string) {
      input(id).value = value;
      input(id).dispatchEvent(new Event('input', { bubbles: true }));
    },
    button(name: string) {
      const all = [...document.querySelectorAll('button')];
      return all.find((button) => button.textContent === name)!;
    },
    submit: (section: string) => find<HTMLFormElement>(`#setup-${section} form`).requestSubmit(),
    result: (section: string) => find(`#setup-${section} .setup-result`).textContent,
    done: (section: string) =>
      vi.waitFor(() =>
        expect(document.querySelector(`#setup-${section} .setup-done`)).not.toBeNull(),
      ),
  };
}

const serving = (state: Partial<SetupState>) => ({ 'GET /api/setup': () => json(changed(state)) });

describe('the set-up page', () => {
  it('says first what is missing, and where to set it', async () => {
    const page = await open(
      serving({
        missing: ['api_key', 'assistant'],
        ready: false,
        assistant: null,
        assistant_id: null,
      }),
    );
    const links = [...document.querySelectorAll<HTMLAnchorElement>('.setup-overview a')];
    expect(links.map((link) => link.textContent)).toEqual([
      'Set an API key',
      'Create an assistant',
    ]);
    expect(page.find('.setup-overview').compareDocumentPosition(page.find('#setup-upstream'))).toBe(
      Node.DOCUMENT_POSITION_FOLLOWING,
    );
    links[0]!.click();
    expect(document.activeElement?.id).toBe('setup-key-title');
    expect(document.querySelector('a[href="/chat"]')).toBeNull();
  });

  it('says which assistant the upstream does not know', async () => {
    const page = await open(
      serving({ missing: ['assistant'], ready: false, assistant: null, assistant_id: 'asst_gone' }),
    );
    expect(page.text('.setup-overview')).toContain('does not know asst_gone');
  });

  it('leads to the chat when nothing is missing', async () => {
    const page = await open();
    expect(page.text('.setup-overview')).toContain('Otto answers with gpt-4.1');
    expect(page.find<HTMLAnchorElement>('.setup-overview a').getAttribute('href')).toBe('/chat');
  });

  it('explains a retired Assistants API, and looks again when asked', async () => {
    const upstream = { ...STATE.upstream, problem: 'It answers 404.', retired: true };
    const page = await open(serving({ upstream, ready: false }));
    expect(page.text('.setup-overview')).toContain('It answers 404.');
    expect(page.text('.setup-overview')).toContain('26 August 2026');
    page.routes['GET /api/setup'] = () => json(STATE);
    page.button('Check again').click();
    await vi.waitFor(() => expect(page.text('.setup-overview')).toContain('Ready to chat'));
  });

  it('offers to try again where the server does not answer', async () => {
    const page = await open({ 'GET /api/setup': () => Promise.reject(new TypeError()) });
    expect(page.text('.setup-loading')).toContain('does not answer');
    page.routes['GET /api/setup'] = () => json(STATE);
    page.button('Try again').click();
    await vi.waitFor(() => expect(page.find('.setup-content').hidden).toBe(false));
  });

  it('ties every field to its label and its notes', async () => {
    await open();
    for (const control of document.querySelectorAll<HTMLInputElement>(
      'input:not([hidden]), textarea',
    )) {
      expect(control.labels?.length, control.name).toBe(1);
    }
    for (const described of document.querySelectorAll('[aria-describedby]')) {
      for (const id of described.getAttribute('aria-describedby')!.split(' ')) {
        expect(document.getElementById(id), id).not.toBeNull();
      }
    }
  });
});

describe('dictation', () => {
  it('says why there is none', async () => {
    const dictation = { model: null, obstacle: 'no_model' } as const;
    const page = await open(serving({ dictation }));
    expect(page.text('#setup-upstream')).toContain('No dictation: if the server has a model for');
    expect(isDictationOffered()).toBe(false);
  });

  it('says what writes down, and where this browser does not record', async () => {
    const meta = document.createElement('meta');
    meta.name = 'dictation';
    document.head.append(meta);
    vi.stubGlobal('isSecureContext', false);
    const page = await open(serving({ dictation: { model: 'scribe-1', obstacle: null } }));
    expect(page.text('#setup-upstream')).toContain(
      'Dictation: scribe-1 writes down what you say. Not on this page: browsers give',
    );
    expect(isDictationOffered()).toBe(true);
    meta.remove();
  });
});

describe('the code interpreter', () => {
  const interpreter = (fields: Partial<SetupState['code_interpreter']>) =>
    serving({
      code_interpreter: {
        state: 'ready',
        isolation: null,
        detail: null,
        progress: null,
        can_be_retried: false,
        ...fields,
      },
      assistant: STATE.assistant && { ...STATE.assistant, tools: ['code_interpreter'] },
    });

  it('says where code runs, and what confines it', async () => {
    const page = await open(interpreter({ isolation: 'bubblewrap 0.11' }));
    expect(page.text('#setup-interpreter .setup-mark')).toBe('Ready');
    expect(page.text('#setup-interpreter')).toContain('confined by bubblewrap 0.11');
    expect(page.find('#setup-interpreter progress').hidden).toBe(true);
  });

  it('says why code cannot run', async () => {
    const page = await open(interpreter({ state: 'unavailable', detail: 'Install bubblewrap.' }));
    expect(page.text('#setup-interpreter .setup-warning')).toBe('Install bubblewrap.');
  });

  it('is prepared again when asked, where that has failed', async () => {
    const failed = interpreter({
      state: 'unavailable',
      detail: 'Install bubblewrap.',
      can_be_retried: true,
    });
    const page = await open({
      ...failed,
      'POST /api/setup/code-interpreter': () => json(answer({})),
    });
    const retry = page.find<HTMLButtonElement>('#setup-interpreter button');
    expect(retry.hidden).toBe(false);
    retry.click();
    await vi.waitFor(() => expect(page.text('#setup-interpreter .setup-mark')).toBe('Ready'));
    expect(retry.hidden).toBe(true);
  });

  it('shows how far its preparation is, by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const wire = createWire(
        interpreter({ state: 'preparing', detail: 'Installing numpy', progress: 0.25 }),
      );
      view = createSetup(createApi(wire.request));
      document.body.append(view.element);
      const bar = () => document.querySelector<HTMLProgressElement>('#setup-interpreter progress')!;
      await vi.waitFor(() => expect(bar().value).toBe(0.25));
      expect(document.querySelector('#setup-interpreter')?.textContent).toContain(
        'Installing numpy… You can chat meanwhile.',
      );
      Object.assign(wire.routes, interpreter({}));
      await vi.advanceTimersByTimeAsync(1_000);
      await vi.waitFor(() => expect(bar().hidden).toBe(true));
      const asked = wire.sent('GET', '/api/setup').length;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(wire.sent('GET', '/api/setup')).toHaveLength(asked);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the files', () => {
  it('say where they are searched, and whether the assistant can search at all', async () => {
    const page = await open(
      serving({ file_search: { place: 'upstream', files: 2, detail: '1 more file is kept.' } }),
    );
    expect(page.text('#setup-files .setup-hint')).toContain(
      'sent to the upstream (Responses API) and searched there. 1 more file is kept.',
    );
    expect(page.text('#setup-files .setup-warning')).toBe(
      'The assistant does not have the tool “File search” yet: tick it above.',
    );
  });

  it('say why they are not searched, where they are not', async () => {
    const page = await open(
      serving({
        tools: ['function:get_weather'],
        file_search: { place: 'here', files: 0, detail: 'It needs SQLite.' },
      }),
    );
    expect(page.text('#setup-files .setup-mark')).toBe('Not searched');
    expect(page.find('#setup-files .setup-mark').hidden).toBe(false);
    expect(page.text('#setup-files .setup-warning')).toBe('It needs SQLite.');
  });

  it('that are at another place say so, and are taken in again when asked', async () => {
    const elsewhere = fileInfo({ purpose: 'knowledge', place: 'upstream' });
    const page = await open({
      'GET /api/files?purpose=knowledge': () => json({ files: [elsewhere], next_cursor: null }),
      'POST /api/files/file_1/retry': () => json({ ...elsewhere, place: 'here' }),
    });
    await vi.waitFor(() =>
      expect(page.text('.setup-row__status')).toBe('At another upstream, not searched now'),
    );
    page.button('Read notes.txt again').click();
    await vi.waitFor(() => expect(page.text('.setup-row__status')).toBe('Ready'));
    expect(page.button('Read notes.txt again').hidden).toBe(true);
  });

  it('are deleted all at once after a question', async () => {
    const page = await open({
      'GET /api/files?purpose=knowledge': () => json({ files: [fileInfo()], next_cursor: null }),
      'DELETE /api/files?purpose=knowledge': () => json({ deleted: 1 }),
    });
    await vi.waitFor(() => expect(page.button('Delete all…').hidden).toBe(false));
    page.button('Delete all…').click();
    expect(document.activeElement).toBe(page.button('Keep them'));
    page.button('Delete all').click();
    await vi.waitFor(() => expect(page.text('#setup-files')).toContain('There are no files yet.'));
    expect(page.sent('DELETE', '/api/files?purpose=knowledge')).toHaveLength(1);
  });

  it('that cannot be listed say why, and are asked for again', async () => {
    const page = await open({
      'GET /api/files?purpose=knowledge': () => refusal(503, 'x', 'The database is locked.'),
    });
    const problem = () => page.text('#setup-files .setup-alert');
    await vi.waitFor(() => expect(problem()).toBe('The database is locked.'));
    page.routes['GET /api/files?purpose=knowledge'] = () => json({ files: [], next_cursor: null });
    page.find<HTMLButtonElement>('#setup-files .setup-form > .button').click();
    await vi.waitFor(() => expect(problem()).toBe(''));
  });
});

describe('the API key', () => {
  it('is checked, stored and forgotten by the page', async () => {
    const page = await open({
      'PUT /api/setup/api-key': () =>
        json(answer({ api_key: { present: true, last_four: '9999' } }, 'The environment wins.')),
    });
    expect(page.text('.setup-present')).toBe('A key is set: …3456');
    expect(page.input('api-key').type).toBe('password');
    expect(page.input('api-key').autocomplete).toBe('off');
    page.type('api-key', ' sk-new-9999 ');
    page.submit('key');
    await page.done('key');
    expect(page.sent('PUT', '/api/setup/api-key')).toEqual([
      { api_key: 'sk-new-9999', verify: true },
    ]);
    expect(page.text('.setup-present')).toBe('A key is set: …9999');
    expect(page.input('api-key').value).toBe('');
    expect(page.result('key')).toContain('The environment wins.');
    expect(document.body.textContent).not.toContain('sk-new');
  });

  it('can be stored anyway after the upstream refused it', async () => {
    const page = await open({
      'PUT /api/setup/api-key': () =>
        refusal(429, 'upstream_rate_limited', 'Not checked.', {
          field: 'api_key',
          retry_after_s: 16.2,
        }),
    });
    expect(page.button('Store it anyway').hidden).toBe(true);
    page.type('api-key', 'sk-1');
    page.submit('key');
    await vi.waitFor(() =>
      expect(page.text('#setup-api-key-error')).toBe('Not checked. Try again in 17 s.'),
    );
    expect(page.input('api-key').getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(page.input('api-key'));
    expect(page.input('api-key').value).toBe('sk-1');

    page.routes['PUT /api/setup/api-key'] = () => json(answer({}));
    page.button('Store it anyway').click();
    await page.done('key');
    expect(page.sent('PUT', '/api/setup/api-key').at(-1)).toEqual({
      api_key: 'sk-1',
      verify: false,
    });
    expect(page.result('key')).toContain('unchecked');
    expect(page.input('api-key').hasAttribute('aria-invalid')).toBe(false);
    expect(page.button('Store it anyway').hidden).toBe(true);
  });

  it('is not offered to be stored anyway where storing is what failed', async () => {
    const page = await open({
      'PUT /api/setup/api-key': () => refusal(500, 'settings_file', '.env cannot be written.'),
    });
    page.type('api-key', 'sk-1');
    page.submit('key');
    await vi.waitFor(() =>
      expect(page.text('#setup-key .setup-alert')).toBe('.env cannot be written.'),
    );
    expect(page.button('Store it anyway').hidden).toBe(true);
  });

  it('is removed only after a second click', async () => {
    const page = await open({
      'DELETE /api/setup/api-key': () =>
        json(answer({ api_key: { present: false, last_four: null } })),
    });
    page.button('Remove key…').click();
    expect(document.activeElement?.textContent).toBe('Keep it');
    page.button('Keep it').click();
    expect(page.sent('DELETE', '/api/setup/api-key')).toEqual([]);
    page.button('Remove key…').click();
    page.button('Remove it').click();
    await page.done('key');
    expect(page.text('.setup-present')).toContain('No key is set');
    expect(page.button('Remove key…').hidden).toBe(true);
  });

  it('is not asked for twice by an impatient reader', async () => {
    let respond = (_: Response) => {};
    const page = await open({
      'PUT /api/setup/api-key': () =>
        new Promise<Response>((resolve) => {
          respond = resolve;
        }),
    });
    page.type('api-key', 'sk-1');
    page.submit('key');
    page.submit('key');
    expect(page.result('key')).toBe('Checking the key with the upstream…');
    expect(page.button('Save key').getAttribute('aria-disabled')).toBe('true');
    page.type('api-key', 'sk-2');
    respond(json(answer({})));
    await page.done('key');
    expect(page.sent('PUT', '/api/setup/api-key')).toHaveLength(1);
    expect(page.button('Save key').hasAttribute('aria-disabled')).toBe(false);
    expect(page.input('api-key').value).toBe('sk-2');
  });
});

describe('the upstream', () => {
  it('is chosen with its base URL', async () => {
    const upstream = {
      ...STATE.upstream,
      choice: 'assistants',
      name: 'assistants',
      base_url: 'http://x/v1',
    };
    const page = await open({ 'PUT /api/setup/upstream': () => json(answer({ upstream })) });
    page.find<HTMLInputElement>('input[value=assistants]').click();
    page.type('base-url', ' http://x/v1 ');
    page.submit('upstream');
    await page.done('upstream');
    expect(page.sent('PUT', '/api/setup/upstream')).toEqual([
      { upstream: 'assistants', base_url: 'http://x/v1' },
    ]);
    expect(page.input('base-url').value).toBe('http://x/v1');
    expect(page.text('#setup-upstream')).toContain('In use now: Assistants API.');
  });

  it('goes back to the default address when the base URL is emptied', async () => {
    const page = await open({ 'PUT /api/setup/upstream': () => json(answer({})) });
    page.type('base-url', ' ');
    page.submit('upstream');
    await page.done('upstream');
    expect(page.sent('PUT', '/api/setup/upstream')).toEqual([
      { upstream: 'responses', base_url: null },
    ]);
  });

  it('may be one that somebody added', async () => {
    const upstream = { ...STATE.upstream, available: ['carrier_pigeon', 'demo'] };
    const choice = 'carrier_pigeon';
    const page = await open({
      ...serving({ upstream }),
      'PUT /api/setup/upstream': () =>
        json(answer({ upstream: { ...upstream, choice, name: choice } })),
    });
    page.find<HTMLInputElement>(`input[value=${choice}]`).click();
    page.submit('upstream');
    await page.done('upstream');
    expect(page.sent('PUT', '/api/setup/upstream')).toEqual([{ upstream: choice, base_url: null }]);
    expect(page.text('#setup-upstream')).toContain('In use now: carrier_pigeon.');
  });

  it('shows an error at the field it is about', async () => {
    const page = await open({
      'PUT /api/setup/upstream': () =>
        refusal(400, 'invalid_request', 'Must begin with http://.', { field: 'base_url' }),
    });
    page.type('base-url', 'ftp://x');
    page.submit('upstream');
    await vi.waitFor(() =>
      expect(page.text('#setup-base-url-error')).toBe('Must begin with http://.'),
    );
    expect(document.activeElement).toBe(page.input('base-url'));
  });
});

describe('the assistant', () => {
  it('is saved with its tools', async () => {
    const page = await open({ 'PUT /api/setup/assistant': () => json(answer({})) });
    expect(page.input('name').value).toBe('Otto');
    expect(page.text('#setup-assistant fieldset')).toContain('Get the weather.');
    expect(page.text('#setup-assistant fieldset')).not.toContain('Once per place.');
    page.type('instructions', 'Be brief.');
    page.find<HTMLInputElement>('input[value=code_interpreter]').click();
    page.submit('assistant');
    await page.done('assistant');
    expect(page.sent('PUT', '/api/setup/assistant')).toMatchObject([
      {
        name: 'Otto',
        model: 'gpt-4.1',
        instructions: 'Be brief.',
        tools: ['code_interpreter', 'function:get_weather'],
        parameters: {},
      },
    ]);
  });

  it('is given an MCP server where the upstream calls them', async () => {
    const page = await open({
      'GET /api/setup': () => json(changed({ hosted_tools: ['mcp'] })),
      'PUT /api/setup/assistant': () => json(answer({ hosted_tools: ['mcp'] })),
    });
    const add = [...document.querySelectorAll('button')].find(
      ({ textContent }) => textContent === 'Add hosted server',
    )!;
    page.type('mcp-label', 'wiki');
    page.type('mcp-url', 'wiki.example');
    add.click();
    expect(page.text('#setup-mcp-url-error')).toContain('https://');
    page.type('mcp-url', 'https://wiki.example/mcp');
    add.click();
    page.submit('assistant');
    await page.done('assistant');
    const [sent] = page.sent('PUT', '/api/setup/assistant') as { tools: string[] }[];
    expect(sent!.tools).toContain('mcp:wiki=https://wiki.example/mcp');
  });

  it('takes the models of the upstream as suggestions', async () => {
    const page = await open();
    await vi.waitFor(() => expect(page.text('#setup-model-hint')).toContain('lists 2 models'));
    const options = [...document.querySelectorAll<HTMLOptionElement>('#setup-models option')];
    expect(options.map((option) => option.value)).toEqual(['gpt-4.1', 'gpt-5']);
    page.type('model', 'gpt-9');
    expect(page.text('#setup-model-hint')).toContain('does not list a model gpt-9');
  });

  it('marks the built-in list as such', async () => {
    const page = await open({
      'GET /api/models': () =>
        json({ models: ['gpt-4.1'], listed: [], fallback: true, problem: 'No answer.' }),
    });
    await vi.waitFor(() => expect(page.text('#setup-model-hint')).toContain('built-in list'));
    expect(page.text('#setup-model-hint')).toContain('No answer.');
  });

  it('asks for the models again when the key has changed', async () => {
    const page = await open({
      'PUT /api/setup/api-key': () =>
        json(answer({ api_key: { present: true, last_four: '9999' } })),
    });
    page.type('api-key', 'sk-9999');
    page.submit('key');
    await page.done('key');
    expect(page.sent('GET', '/api/models')).toHaveLength(2);
  });

  it('is not sent without a name and a model', async () => {
    const page = await open(
      serving({ missing: ['assistant'], ready: false, assistant: null, assistant_id: null }),
    );
    expect(page.button('Create assistant')).toBeDefined();
    page.submit('assistant');
    expect(page.text('#setup-model-error')).toBe('Give the assistant a model.');
    expect(document.activeElement).toBe(page.input('model'));
    expect(page.sent('PUT', '/api/setup/assistant')).toEqual([]);
  });

  it('is not offered as new where it could not be read', async () => {
    const page = await open(
      serving({
        assistant: null,
        ready: false,
        upstream: { ...STATE.upstream, problem: 'It does not answer.' },
      }),
    );
    expect((page.button('Save assistant') as HTMLButtonElement).disabled).toBe(true);
    expect(page.text('#setup-assistant')).toContain('could not be read');
  });

  it('says which functions are left out, and why', async () => {
    const problem = { source: 'dice.py', error: 'NameError: x (line 2 of dice.py)' };
    await open({ 'GET /api/setup': () => json(changed({ function_problems: [problem] })) });
    expect(document.querySelector('#setup-assistant ul')?.textContent).toBe(
      'Left out: dice.py: NameError: x (line 2 of dice.py)',
    );
  });

  it('says which of its tools this server does not know', async () => {
    const page = await open(
      serving({ assistant: { ...STATE.assistant!, tools: ['function:gone'] } }),
    );
    expect(page.text('#setup-tools-hint')).toContain('function:gone');
  });
});

describe('what was typed', () => {
  it('survives the saving of another section', async () => {
    const other = {
      ...STATE.assistant!,
      name: 'Renamed elsewhere',
      instructions: 'Changed elsewhere',
    };
    const page = await open({
      'PUT /api/setup/upstream': () => json(answer({ assistant: other })),
    });
    page.type('instructions', 'Half a sentence');
    page.type('api-key', 'sk-half');
    page.submit('upstream');
    await page.done('upstream');
    expect(page.input('instructions').value).toBe('Half a sentence');
    expect(page.input('api-key').value).toBe('sk-half');
    expect(page.input('name').value).toBe('Renamed elsewhere');
  });

  it('survives even while its own section is being saved', async () => {
    let respond = (_: Response) => {};
    const page = await open({
      'PUT /api/setup/assistant': () =>
        new Promise<Response>((resolve) => {
          respond = resolve;
        }),
    });
    page.type('name', '  Anna ');
    page.type('instructions', 'One');
    page.submit('assistant');
    page.type('instructions', 'One, two');
    respond(
      json(answer({ assistant: { ...STATE.assistant!, name: 'Anna', instructions: 'One' } })),
    );
    await page.done('assistant');
    expect(page.input('name').value).toBe('Anna');
    expect(page.input('instructions').value).toBe('One, two');
  });
});

describe('a setting that the environment overrides', () => {
  it('is locked, and the page says why', async () => {
    const page = await open(
      serving({
        settings: [
          { name: 'UPSTREAM', source: 'command_line', writable: false },
          { name: 'OPENAI_BASE_URL', source: 'environment', writable: false },
          { name: 'OPENAI_API_KEY', source: 'environment', writable: false },
          { name: 'ASSISTANT_ID', source: 'environment', writable: false },
        ],
      }),
    );
    expect(page.find<HTMLInputElement>('input[value=demo]').disabled).toBe(true);
    expect(page.text('#setup-upstream-choice-hint')).toContain('given on the command line');
    expect(page.input('base-url').disabled).toBe(true);
    expect(page.text('#setup-base-url-hint')).toContain('environment variable OPENAI_BASE_URL');
    expect((page.button('Save upstream') as HTMLButtonElement).disabled).toBe(true);
    expect(page.input('api-key').disabled).toBe(true);
    expect((page.button('Save key') as HTMLButtonElement).disabled).toBe(true);
    expect((page.button('Remove key…') as HTMLButtonElement).disabled).toBe(true);
    expect(page.text('#setup-assistant')).toContain('environment variable ASSISTANT_ID');
    expect((page.button('Save assistant') as HTMLButtonElement).disabled).toBe(false);
  });
});

it.each([
  [null, 'written to .env on this server'],
  ['secret_key', 'sealed with SECRET_KEY'],
  ['kept_key', 'Who reads all of the database can open it'],
] as const)('says what keeps a key from being read (%s)', async (seal, said) => {
  const page = await open(serving({ sealed_with: seal }));
  expect(page.text('#setup-api-key-hint')).toContain(said);
});

it('forgets its requests when it is left', async () => {
  let respond = (_: Response) => {};
  const page = await open({
    'PUT /api/setup/upstream': () =>
      new Promise<Response>((resolve) => {
        respond = resolve;
      }),
  });
  page.submit('upstream');
  view?.dispose?.();
  const late = json(answer({ api_key: { present: false, last_four: null } }));
  respond(late);
  await vi.waitFor(() => expect(late.bodyUsed).toBe(true));
  await new Promise((resolve) => setTimeout(resolve));
  expect(page.text('.setup-present')).toBe('A key is set: …3456');
});

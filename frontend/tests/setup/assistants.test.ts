import { afterEach, describe, expect, it, vi } from 'vitest';
import type { View } from '../../src/base/dom.ts';
import type { AssistantInfo } from '../../src/protocol.ts';
import { createApi } from '../../src/server/api.ts';
import { createSetup } from '../../src/setup/setup.ts';
import { answer, changed, createWire, json, OTTO, refusal } from '../wire.ts';

const ADA: AssistantInfo = {
  ...OTTO,
  id: 'asst_local_2',
  name: 'Ada',
  model: 'gpt-5',
  instructions: 'Be brief.',
  parameters: { temperature: 0.5, output_schema: { type: 'object', properties: {} } },
  is_default: false,
};

let view: View | null = null;

afterEach(() => {
  view?.dispose?.();
  document.body.replaceChildren();
});

/** The page before a server with these assistants. */
async function open(assistants: AssistantInfo[], answers: Parameters<typeof createWire>[0] = {}) {
  const wire = createWire({
    'GET /api/setup': () =>
      json(changed({ assistants, assistant: assistants.find((one) => one.is_default) ?? null })),
    ...answers,
  });
  view = createSetup(createApi(wire.request));
  document.body.append(view.element);
  await vi.waitFor(() =>
    expect(document.querySelector('.setup-content:not([hidden])')).toBeTruthy(),
  );
  const input = (id: string) => document.querySelector<HTMLInputElement>(`#setup-${id}`)!;
  const button = (name: string) =>
    [...document.querySelectorAll<HTMLButtonElement>('#setup-assistant button')].find(
      (one) => one.textContent === name,
    )!;
  return {
    ...wire,
    input,
    button,
    section: document.querySelector<HTMLElement>('#setup-assistant')!,
    type(id: string, value: string) {
      input(id).value = value;
      input(id).dispatchEvent(new Event('input', { bubbles: true }));
    },
    pick(name: string) {
      [...document.querySelectorAll<HTMLButtonElement>('.assistant-picker button')]
        .find((one) => one.firstChild?.textContent === name)!
        .click();
    },
    picked: () => document.querySelector('.assistant-picker [aria-pressed=true] span')?.textContent,
    submit: () => document.querySelector<HTMLFormElement>('#setup-assistant form')!.requestSubmit(),
    done: (text: string) =>
      vi.waitFor(() =>
        expect(document.querySelector('#setup-assistant .setup-done')?.textContent).toBe(text),
      ),
  };
}

const SAVED = 'The assistant is saved and answers from the next run on.';

describe('several assistants', () => {
  it('are not to be seen where there is one', async () => {
    const page = await open([OTTO]);
    expect(document.querySelector<HTMLElement>('.assistant-picker')!.hidden).toBe(true);
    expect([page.button('Make default').hidden, page.button('Delete…').hidden]).toEqual([
      true,
      true,
    ]);
  });

  it('are edited one by one, and what was typed of another is kept', async () => {
    const assistants = [ADA, OTTO];
    const page = await open(assistants, {
      'PATCH /api/assistants/asst_local_2': () => {
        assistants[0] = { ...ADA, name: 'Ada L.' };
        return json(assistants[0]);
      },
    });
    expect(page.picked()).toBe('Otto');
    page.type('instructions', 'Half a sentence');
    page.pick('Ada');
    expect([page.picked(), page.input('name').value]).toEqual(['Ada', 'Ada']);
    expect(page.section.textContent).toContain('Unsaved');
    page.type('name', 'Ada L.');
    page.submit();
    await page.done('The assistant is saved. Chats that chose it have it from the next run on.');
    expect(page.sent('PATCH', '/api/assistants/asst_local_2')).toEqual([
      {
        name: 'Ada L.',
        model: 'gpt-5',
        instructions: 'Be brief.',
        tools: ['function:get_weather'],
        parameters: { temperature: 0.5, output_schema: { type: 'object', properties: {} } },
        start: { greeting: '', introduction: '', placeholder: '', suggestions: [] },
      },
    ]);
    expect(page.picked()).toBe('Ada L.');
    page.pick('Otto');
    expect(page.input('instructions').value).toBe('Half a sentence');
    expect(page.section.textContent).not.toContain('Unsaved');
  });

  it('are made, copied, made the default and deleted', async () => {
    const assistants = [OTTO];
    const page = await open(assistants, {
      'POST /api/assistants': () => {
        assistants.unshift({ ...ADA, parameters: {} });
        return json(ADA, 201);
      },
      'POST /api/assistants/asst_local_2/copy': () => {
        assistants.push({ ...ADA, id: 'asst_local_3', name: 'Ada (copy)' });
        return json(assistants[2], 201);
      },
      'POST /api/assistants/asst_local_3/default': () => {
        for (const [index, one] of assistants.entries()) {
          assistants[index] = { ...one, is_default: one.id === 'asst_local_3' };
        }
        return json(assistants[2]);
      },
      'DELETE /api/assistants/asst_local_2?force=true': () => {
        assistants.shift();
        return new Response(null, { status: 204 });
      },
    });
    page.button('New assistant').click();
    expect(document.activeElement).toBe(page.input('name'));
    expect(page.picked()).toBe('New assistant');
    page.type('name', 'Ada');
    page.submit();
    await page.done('The assistant is saved. It can be chosen in a chat.');
    expect(page.sent('POST', '/api/assistants')).toMatchObject([
      { tools: ['code_interpreter', 'file_search', 'function:get_weather'] },
    ]);
    expect(page.picked()).toBe('Ada');

    page.button('Copy').click();
    await page.done('This is the copy.');
    await vi.waitFor(() => expect(page.picked()).toBe('Ada (copy)'));
    page.button('Make default').click();
    await page.done('It answers in every chat without another one.');
    expect(page.button('Delete…').hidden).toBe(true);

    page.pick('Ada');
    page.button('Delete…').click();
    expect(document.activeElement).toBe(page.button('Keep it'));
    expect(page.section.textContent).toContain('Delete Ada? Its chats stay');
    page.button('Delete it').click();
    await page.done('The assistant is deleted.');
    expect(page.picked()).toBe('Ada (copy)');
    expect(page.button('Delete it').closest<HTMLElement>('[role=group]')!.hidden).toBe(true);
  });

  it('say why one of them stays', async () => {
    const page = await open([ADA, OTTO], {
      'DELETE /api/assistants/asst_local_2?force=true': () => refusal(409, 'x', 'Not this one.'),
    });
    page.pick('Ada');
    page.button('Delete…').click();
    page.button('Delete it').click();
    await vi.waitFor(() => expect(page.section.textContent).toContain('Not this one.'));
    expect(page.picked()).toBe('Ada');
  });
});

describe('the parameters', () => {
  it('are sent where they are set, and a wrong one is told at its field', async () => {
    const page = await open([OTTO], {
      'PUT /api/setup/assistant': () =>
        json(answer({ assistant: { ...OTTO, parameters: { reasoning_effort: 'low' } } })),
    });
    const fold = document.querySelector<HTMLDetailsElement>('.setup-fold')!;
    expect([fold.open, fold.textContent?.includes(' set')]).toEqual([false, false]);
    page.type('parameter-reasoning_effort', 'low');
    page.type('parameter-max_output_tokens', '500');
    page.type('parameter-output_schema', '[1');
    page.submit();
    expect(fold.open).toBe(true);
    expect(document.querySelector('#setup-parameter-output_schema-error')?.textContent).toBe(
      'This is not a JSON object.',
    );
    expect(document.activeElement).toBe(page.input('parameter-output_schema'));
    page.type('parameter-output_schema', '');
    page.submit();
    await page.done(SAVED);
    expect(page.sent('PUT', '/api/setup/assistant')).toMatchObject([
      { parameters: { reasoning_effort: 'low', max_output_tokens: 500 } },
    ]);

    const FIELD = 'parameters.temperature';
    page.routes['PUT /api/setup/assistant'] = () =>
      refusal(400, 'invalid_request', `${FIELD}: Input should be less than or equal to 2.`, {
        field: FIELD,
      });
    page.type('parameter-temperature', '9');
    page.submit();
    await vi.waitFor(() =>
      expect(document.querySelector('#setup-parameter-temperature-error')?.textContent).toBe(
        'This should be less than or equal to 2.',
      ),
    );
  });

  it('says what a model has refused, and has it tried again', async () => {
    const refusing = { ...OTTO, left_out: ['temperature “0.5”'] };
    const page = await open([refusing], {
      'DELETE /api/setup/refused-parameters': () =>
        json(answer({ assistants: [OTTO], assistant: OTTO })),
    });
    const note = page.section.querySelector<HTMLElement>('.setup-left-out')!;
    expect(note.textContent).toContain('gpt-4.1 did not take temperature “0.5”');
    page.button('Try again').click();
    await vi.waitFor(() => expect(note.hidden).toBe(true));
  });
});

describe('the start screen', () => {
  it('is edited row by row, and a suggestion without a question is told', async () => {
    const before = { greeting: 'Hi', suggestions: [{ title: 'Bread', prompt: 'Two rolls' }] };
    const page = await open([{ ...OTTO, start: before }], {
      'PUT /api/setup/assistant': () => json(answer({})),
    });
    const rows = () => [...page.section.querySelectorAll<HTMLElement>('.suggestion-rows__row')];
    expect(page.section.textContent).toContain('2 set');
    page.type('start-placeholder', 'Order');
    page.button('Add a suggestion').click();
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Title of suggestion 2');
    rows()[1]!.querySelector('input')!.value = 'Cake';
    page.submit();
    expect(page.section.querySelector('#setup-suggestions-error')?.textContent).toBe(
      'Each suggestion needs what is asked.',
    );
    expect(document.activeElement).toBe(rows()[1]!.querySelector('textarea'));
    rows()[1]!.querySelector('textarea')!.value = 'A whole one';
    rows()[0]!.querySelector('button')!.click();
    expect(rows()).toHaveLength(1);
    page.submit();
    await page.done(SAVED);
    expect(page.sent('PUT', '/api/setup/assistant')).toMatchObject([
      {
        start: {
          greeting: 'Hi',
          placeholder: 'Order',
          suggestions: [{ title: 'Cake', prompt: 'A whole one' }],
        },
      },
    ]);
  });
});

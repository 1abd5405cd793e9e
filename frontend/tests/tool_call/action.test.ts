import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Action, FunctionCall, Resolution } from '../../src/protocol.ts';
import { prepareActions } from '../../src/tool_call/action/action.ts';
import { createToolCall } from '../../src/tool_call/tool_call.ts';
import { createWidgetRegistry } from '../../src/widgets/widget.ts';
import { functionCall, NO_ACTIONS } from '../frames.ts';

const ARGUMENTS = '{"title":"Milk","copies":2}';
const APPROVAL: Action = {
  kind: 'approval',
  tool: 'save_note',
  message: '',
  form: {
    type: 'object',
    properties: {
      title: { type: 'string', minLength: 1 },
      copies: { type: 'integer', minimum: 1 },
    },
    required: ['title', 'copies'],
  },
  arguments: ARGUMENTS,
  asked_at: 1,
  expires_at: 2_000_000_000,
  resolution: null,
  within: false,
  problem: null,
  asker: null,
  url: null,
  held: false,
  changes: [],
  earlier: [],
};
const CHANGED: Action = {
  ...APPROVAL,
  changes: [
    { what: 'description', before: 'Save a note.', after: 'Save a note, and send it.' },
    { what: 'arguments', before: '', after: 'to: {"type": "string"}' },
  ],
};
const QUESTION: Action = {
  ...APPROVAL,
  kind: 'question',
  tool: 'ask_user',
  message: 'Which size?',
  form: {
    type: 'object',
    properties: { size: { type: 'string', enum: ['small', 'large'], title: 'Size' } },
    required: ['size'],
  },
};
const ALLOWED: Resolution = {
  decision: 'allow',
  by: 'visitor',
  at: 10,
  scope: 'once',
  reason: null,
  arguments: null,
  answer: null,
};

function waiting(action: Action): FunctionCall {
  return functionCall('item_1', {
    name: action.tool,
    arguments: action.arguments,
    status: 'awaiting_approval',
    required_action: action,
  });
}

function resolved(action: Action, resolution: Resolution, fields: Partial<FunctionCall> = {}) {
  return {
    ...waiting({ ...action, resolution }),
    status: 'completed' as const,
    ...fields,
  };
}

function show(item: FunctionCall, refusal: string | null = null) {
  const resolve = vi.fn(() => Promise.resolve(refusal));
  const view = createToolCall(item, { ...NO_ACTIONS, resolve }, createWidgetRegistry({}));
  document.body.append(view.element);
  const all = (selector: string) => [...view.element.querySelectorAll<HTMLElement>(selector)];
  return {
    ...view,
    resolve,
    all,
    find: <E extends HTMLElement>(selector: string) => all(selector)[0] as E,
    text: (selector: string) => all(selector)[0]?.textContent ?? null,
    click(label: string) {
      all('button')
        .find((each) => each.textContent === label)!
        .click();
    },
    submit() {
      all('form')[0]!.dispatchEvent(new Event('submit', { cancelable: true }));
    },
    labels: () => all('.action__buttons button').map((each) => each.textContent),
  };
}

it('shows what a call waits for once its code is there, and keeps the focus on it', async () => {
  // As on a page that has loaded nothing yet.
  vi.resetModules();
  const fresh = {
    ...(await import('../../src/tool_call/action/action.ts')),
    ...(await import('../../src/tool_call/tool_call.ts')),
  };
  const redraw = vi.fn();
  const card = fresh.createToolCall(waiting(APPROVAL), { ...NO_ACTIONS, redraw });
  document.body.append(card.element);
  expect(card.element.textContent).toContain('Loading…');
  fresh.focusOnAction(card.element);
  expect(document.activeElement?.textContent).toBe('Loading…');
  await fresh.prepareActions();
  expect(redraw).toHaveBeenCalledOnce();
  expect(card.element.textContent).not.toContain('Loading…');
  expect(document.activeElement?.textContent).toBe('Allow once');
});

beforeAll(prepareActions);
afterEach(() => document.body.replaceChildren());

describe('a call that waits for an approval', () => {
  it('opens by itself and shows what is to run with which arguments', () => {
    const card = show(functionCall('item_1', { name: 'save_note', arguments: ARGUMENTS }));
    card.update(waiting(APPROVAL));
    expect(card.text('.tool-status')).toBe('Waits for you');
    expect(card.text('.action__ask')).toBe('Allow save_note to run with this?');
    expect(card.text('.action__arguments')).toBe('titleMilkcopies2');
    expect(card.find('.tool-fold').hidden).toBe(true);
    expect(card.labels()).toEqual([
      'Allow once',
      'Always in this chat',
      'Always everywhere',
      'Change the arguments',
      'Deny…',
    ]);
  });

  it.each([
    ['Allow once', { decision: 'allow' }],
    ['Always in this chat', { decision: 'allow', scope: 'thread' }],
    ['Always everywhere', { decision: 'allow', scope: 'everywhere' }],
  ])('is decided by %s', (label, decision) => {
    const card = show(waiting(APPROVAL));
    card.click(label);
    expect(card.resolve).toHaveBeenCalledExactlyOnceWith({ ...decision, item_ids: ['item_1'] });
    expect(card.find<HTMLFieldSetElement>('.action__panel').disabled).toBe(true);
  });

  it('shows what its server has changed of the tool, before and after', () => {
    const card = show(waiting(CHANGED));
    const region = card.find('[role="region"][aria-label="Changes"]');
    expect(region.tabIndex).toBe(0);
    expect(card.all('dt').map((each) => each.textContent)).toEqual(
      expect.arrayContaining(['Description', 'Arguments']),
    );
    expect(card.all('.action__change').map((each) => each.textContent)).toEqual([
      'BeforeSave a note.',
      'NowSave a note, and send it.',
      'Beforenothing',
      'Nowto: {"type": "string"}',
    ]);
    expect(show(waiting(APPROVAL)).all('.action__changes')).toEqual([]);
  });

  it('is denied with a reason, or without one', () => {
    const card = show(waiting(APPROVAL));
    card.click('Deny…');
    const reason = card.find<HTMLTextAreaElement>('textarea');
    expect(document.activeElement).toBe(reason);
    card.click('Back');
    expect(card.labels().length).toBe(5);
    card.click('Deny…');
    card.find<HTMLTextAreaElement>('textarea').value = ' Too much. ';
    card.submit();
    expect(card.resolve).toHaveBeenCalledExactlyOnceWith({
      decision: 'deny',
      reason: 'Too much.',
      item_ids: ['item_1'],
    });
  });

  it('runs with changed arguments, which are checked first', () => {
    const card = show(waiting(APPROVAL));
    card.click('Change the arguments');
    const copies = card.find<HTMLInputElement>('input[type=number]');
    copies.value = '0';
    card.submit();
    expect(card.resolve).not.toHaveBeenCalled();
    expect(card.text('.form-error:not([hidden])')).toBe('At least 1.');
    copies.value = '3';
    card.click('Change as JSON');
    const json = card.find<HTMLTextAreaElement>('.form-input--json');
    expect(JSON.parse(json.value)).toEqual({ title: 'Milk', copies: 3 });
    json.value = '{"title":"Tea","copies":4}';
    card.click('Change in a form');
    expect(card.find<HTMLInputElement>('input[type=number]').value).toBe('4');
    card.submit();
    expect(card.resolve).toHaveBeenCalledExactlyOnceWith({
      decision: 'allow',
      arguments: '{"title":"Tea","copies":4}',
      item_ids: ['item_1'],
    });
  });

  it.each([[[]], [['Change as JSON']], [['Change as JSON', 'Change in a form']]])(
    'runs as it is when nothing was changed',
    (switches) => {
      const card = show(waiting({ ...APPROVAL, arguments: '{"title": "\\u00e9", "copies": 2.0}' }));
      card.click('Change the arguments');
      for (const label of switches) card.click(label);
      card.submit();
      expect(card.resolve).toHaveBeenCalledExactlyOnceWith({
        decision: 'allow',
        item_ids: ['item_1'],
      });
    },
  );

  it('shows each digit of a number, on the card and in the forms', () => {
    const card = show(
      waiting({ ...APPROVAL, arguments: '{"title":"x","copies":12345678901234567890}' }),
    );
    expect(card.text('.tool-summary')).toBe('x, 12345678901234567890');
    expect(card.text('.action__arguments')).toBe('titlexcopies12345678901234567890');
    card.click('Change the arguments');
    expect(card.find<HTMLInputElement>('input[type=number]').value).toBe('12345678901234567890');
    card.click('Change as JSON');
    expect(card.find<HTMLTextAreaElement>('textarea').value).toBe(
      '{\n  "title": "x",\n  "copies": 12345678901234567890\n}',
    );
  });

  it('says why the server refused, and can be decided again', async () => {
    const card = show(waiting(APPROVAL), 'copies: too many.');
    card.click('Allow once');
    await vi.waitFor(() => expect(card.text('.action__problem')).toBe('copies: too many.'));
    expect(card.find<HTMLFieldSetElement>('.action__panel').disabled).toBe(false);
  });

  it('keeps what is being written when the same state comes again', () => {
    const card = show(waiting(APPROVAL));
    card.click('Change the arguments');
    card.find<HTMLInputElement>('input[type=number]').value = '7';
    card.update(structuredClone(waiting(APPROVAL)));
    expect(card.find<HTMLInputElement>('input[type=number]').value).toBe('7');
  });

  it('tells that somebody else was first', () => {
    const card = show(waiting(APPROVAL));
    card.update(resolved(APPROVAL, { ...ALLOWED, by: 'script' }));
    expect(card.text('.action-decided p')).toMatch(/^Already decided. Allowed by a script./);
    card.update(resolved(APPROVAL, { ...ALLOWED, by: 'script' }));
    expect(card.text('.action-decided p')).toContain('Already decided.');
    expect(card.find('.action-decided').getAttribute('role')).toBe('status');
    expect(card.all('form')).toEqual([]);
  });

  it('shows arguments that are no flat list as JSON', () => {
    const deep = { ...APPROVAL, arguments: '{"a":{"b":[1]}}' };
    expect(show(waiting(deep)).text('.action__place .tool-json')).toContain('"b"');
    expect(show(waiting({ ...APPROVAL, arguments: '' })).text('.action__none')).toContain('no arg');
  });
});

describe('a decision', () => {
  it.each([
    [ALLOWED, 'Allowed by you.'],
    [{ ...ALLOWED, scope: 'thread' as const }, 'Allowed by you, from now on in this chat.'],
    [
      { ...ALLOWED, by: 'rule' as const, scope: 'thread' as const },
      'Allowed by what you always allow.',
    ],
    [{ ...ALLOWED, arguments: '{}' }, 'Allowed with other arguments by you.'],
    [{ ...ALLOWED, decision: 'deny' as const, reason: 'No.' }, 'Denied by you.'],
    [{ ...ALLOWED, decision: 'expire' as const, by: 'time' as const }, 'Nobody answered in time.'],
  ])('is told afterwards', (resolution, words) => {
    const card = show(resolved(APPROVAL, resolution));
    expect(card.text('.action-decided p')!.startsWith(words)).toBe(true);
    expect(card.text('.action-reason')).toBe(resolution.reason);
    expect(card.text('.action-before')?.includes('Milk') ?? false).toBe(
      resolution.arguments !== null,
    );
  });

  it('leads from a rule to where it can be taken back', () => {
    const card = show(resolved(APPROVAL, { ...ALLOWED, by: 'rule', scope: 'everywhere' }));
    expect(card.find('.action-decided a').getAttribute('href')).toBe('/setup#approvals');
    const policy = show(resolved(APPROVAL, { ...ALLOWED, by: 'policy', scope: 'everywhere' }));
    expect(policy.text('.action-decided p')).toContain('by what this server always allows.');
  });

  it('is none for a call whose run was stopped', () => {
    const card = show({ ...waiting(APPROVAL), status: 'cancelled' });
    expect(card.find('.action-place').hidden).toBe(true);
  });
});

describe('a question', () => {
  it('is answered in a form', () => {
    const card = show(waiting(QUESTION));
    expect(card.text('.action__ask')).toBe('Which size?');
    expect(card.text('.tool-summary')).toBe('Which size?');
    card.submit();
    expect(card.resolve).not.toHaveBeenCalled();
    card.find<HTMLInputElement>('label:last-child input').checked = true;
    card.submit();
    expect(card.resolve).toHaveBeenCalledExactlyOnceWith({
      decision: 'answer',
      arguments: '{"size":"large"}',
      item_ids: ['item_1'],
    });
  });

  it('is skipped', () => {
    const card = show(waiting(QUESTION));
    card.click('Skip');
    expect(card.resolve).toHaveBeenCalledExactlyOnceWith({
      decision: 'skip',
      item_ids: ['item_1'],
    });
  });
});

describe('what a function asks in the middle of its call', () => {
  const SEAT: Action = {
    ...QUESTION,
    tool: 'book_seat',
    message: 'Which seat?',
    within: true,
  };
  const PAY: Action = {
    ...APPROVAL,
    tool: 'book_seat',
    message: 'Pay 9 €?',
    form: {},
    within: true,
  };
  const answered = {
    ...SEAT,
    resolution: { ...ALLOWED, decision: 'answer' as const, answer: { size: 'small' } },
  };

  it('is a yes, or a no with a reason, and never for good', () => {
    const card = show(waiting(PAY));
    expect(card.text('.action__ask')).toBe('Pay 9 €?');
    expect(card.labels()).toEqual(['Yes', 'No…']);
    card.click('No…');
    card.click('Back');
    expect(card.labels()).toEqual(['Yes', 'No…']);
    card.click('No…');
    card.find<HTMLTextAreaElement>('textarea').value = 'Too dear.';
    card.submit();
    expect(card.resolve).toHaveBeenCalledExactlyOnceWith({
      decision: 'deny',
      reason: 'Too dear.',
      item_ids: ['item_1'],
    });
  });

  it('shows what was decided before beside the next question', () => {
    const card = show(waiting(SEAT));
    expect(card.text('.action__ask')).toBe('Which seat?');
    card.update({ ...waiting(answered), status: 'running' });
    expect(card.find('.action__ask')).toBeUndefined();
    expect(card.text('.action-asked')).toBe('Which seat?');
    expect(card.text('.action__arguments')).toBe('sizesmall');
    card.update(waiting({ ...PAY, asked_at: 20, earlier: [answered] }));
    expect(card.text('.action-past .action-asked')).toBe('Which seat?');
    expect(card.text('.action__ask')).toBe('Pay 9 €?');
    card.click('Yes');
    expect(card.resolve).toHaveBeenCalledWith({ decision: 'allow', item_ids: ['item_1'] });
  });

  it('says why an answer was not taken', () => {
    const card = show(waiting({ ...SEAT, problem: 'size: sold out.', earlier: [answered] }));
    expect(card.text('.action .action__problem')).toBe('Once more, please. size: sold out.');
  });
});

describe('what an MCP server asks in the middle of a call', () => {
  const OF_DEMO: Action = { ...QUESTION, within: true, asker: 'demo' };
  const ADDRESS: Action = {
    ...OF_DEMO,
    kind: 'approval',
    message: 'Sign in first.',
    form: {},
    url: 'https://login.example/start?for=you',
  };

  it('says which server asks, and what it is not to be told', () => {
    const card = show(waiting(OF_DEMO));
    expect(card.text('.action__asker')).toBe(
      'The MCP server demo asks. Never write a password or a key here.',
    );
  });

  it('is no matter of the line for questions of this server', () => {
    expect(show(waiting(QUESTION)).text('.action__asker')).toBeNull();
  });

  it('shows a whole address with its host, and opens it by a click in a tab of its own', () => {
    const card = show(waiting(ADDRESS));
    expect(card.text('.action__asker')).toBe('The MCP server demo asks.');
    expect(card.text('.action__address')).toBe('https://login.example/start?for=you');
    expect(card.text('.action__address strong')).toBe('login.example');
    const link = card.find<HTMLAnchorElement>('.action__buttons a');
    expect(link.textContent).toBe('Open login.example');
    expect(link.href).toBe('https://login.example/start?for=you');
    expect([link.target, link.rel]).toEqual(['_blank', 'noopener noreferrer']);
    expect(card.resolve).not.toHaveBeenCalled();
    card.submit();
    expect(card.resolve).toHaveBeenCalledExactlyOnceWith({
      decision: 'allow',
      item_ids: ['item_1'],
    });
  });

  it.each([
    ['http://login.example/', 'The way there is not encrypted'],
    ['https://lo\u0261in.example/', 'Its host has letters that may look like others'],
    ['https://bank.example@evil.example/', 'Its address cannot be opened.'],
    ['javascript:alert(1)', 'Its address cannot be opened.'],
  ])('warns of %s', (url, warning) => {
    const card = show(waiting({ ...ADDRESS, url }));
    expect(card.text('.action__warning')).toContain(warning);
    expect(card.all('.action__buttons a').length).toBe(warning.startsWith('Its address') ? 0 : 1);
  });

  it('needs no answer any more once the server has it', () => {
    const card = show(waiting(ADDRESS));
    card.update(resolved(ADDRESS, { ...ALLOWED, by: 'asker' }));
    expect(card.text('.action-decided')).toContain('Done there.');
    expect(card.text('.action-asked')).toBe(
      'demo: Sign in first. https://login.example/start?for=you',
    );
    const other = show(waiting(OF_DEMO));
    other.update(resolved(OF_DEMO, { ...ALLOWED, decision: 'expire', by: 'asker' }));
    expect(other.text('.action-decided')).toContain('No answer is needed any more.');
  });
});

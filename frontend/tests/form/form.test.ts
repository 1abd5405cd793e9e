import { afterEach, describe, expect, it } from 'vitest';
import { createForm, type Untouched } from '../../src/form/form.ts';
import type { Schema } from '../../src/form/schema.ts';

/** As pydantic writes it. */
const TRIP = {
  $defs: {
    Seat: { enum: ['window', 'aisle'], title: 'Seat', type: 'string' },
    Guest: {
      type: 'object',
      title: 'Guest',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 40 },
        seat: { $ref: '#/$defs/Seat' },
      },
      required: ['name', 'seat'],
    },
  },
  type: 'object',
  properties: {
    city: { type: 'string', description: 'Where to.', minLength: 2, maxLength: 60 },
    day: { type: 'string', format: 'date' },
    nights: { type: 'integer', minimum: 1, maximum: 30, default: 2 },
    price: { anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { type: 'null' }], default: null },
    breakfast: { type: 'boolean' },
    seat: { $ref: '#/$defs/Seat' },
    wishes: { type: 'array', items: { type: 'string', enum: ['sea', 'quiet'] }, minItems: 1 },
    stops: { type: 'array', items: { type: 'string', format: 'date' }, default: [] },
    guest: { anyOf: [{ $ref: '#/$defs/Guest' }, { type: 'null' }], default: null },
    extra: { type: 'object', additionalProperties: true },
  },
  required: ['city', 'day', 'breakfast', 'seat', 'wishes'],
};
const VALUES = {
  city: 'Oslo',
  day: '2026-12-01',
  nights: 3,
  price: null,
  breakfast: true,
  seat: 'aisle',
  wishes: ['quiet'],
  stops: ['2026-12-02', '2026-12-03'],
  guest: { name: 'Ada', seat: 'window' },
  extra: { a: [1] },
};

function show(
  schema: Schema,
  values: Readonly<Record<string, unknown>> | string = {},
  rest: Untouched = 'kept',
) {
  const source = typeof values === 'string' ? values : JSON.stringify(values);
  const form = createForm(schema, source, rest);
  document.body.append(form.element);
  const named = (label: string) => {
    const found = [...form.element.querySelectorAll('label')].find((each) =>
      each.textContent!.startsWith(label),
    );
    const inner = found?.querySelector('input');
    return (inner ?? form.element.querySelector(`[id="${found?.htmlFor}"]`)) as HTMLInputElement;
  };
  const errors = () =>
    [...form.element.querySelectorAll<HTMLElement>('.form-error')]
      .filter((each) => !each.hidden)
      .map((each) => each.textContent);
  const read = (): unknown => JSON.parse(form.read() ?? 'null');
  return { ...form, text: form.read, read, named, errors };
}

afterEach(() => document.body.replaceChildren());

describe('a form from a schema', () => {
  it('gives back the values that it was filled with', () => {
    expect(show(TRIP, VALUES).read()).toEqual(VALUES);
  });

  it('keeps values that the schema does not know', () => {
    expect(show(TRIP, { ...VALUES, more: 1 }).read()).toEqual({ ...VALUES, more: 1 });
  });

  it('has a control for each kind, with label and description', () => {
    const { named, element } = show(TRIP, VALUES);
    expect(named('City').type).not.toBe('number');
    expect(named('Day').type).toBe('date');
    expect(named('Nights').type).toBe('number');
    expect(named('Breakfast').type).toBe('checkbox');
    expect(named('aisle').type).toBe('radio');
    expect(named('sea').type).toBe('checkbox');
    expect(named('Extra').value).toContain('"a"');
    const hint = named('City').getAttribute('aria-describedby')!.split(' ')[1]!;
    expect(element.querySelector(`[id="${hint}"]`)!.textContent).toBe('Where to.');
    expect(named('Price').labels).toBeDefined();
    expect([...element.querySelectorAll('legend')].map((each) => each.textContent)).toEqual([
      'Seat',
      'Wishes',
      'Stops (optional)',
      'Guest (optional)',
      'Seat',
    ]);
  });

  it('says what is missing or wrong, and moves the focus there', () => {
    const values = { ...VALUES, city: 'O', day: '', nights: 31 };
    const { read, named, errors } = show(TRIP, values, 'filled');
    named('quiet').checked = false;
    expect(read()).toBeNull();
    expect(errors()).toEqual([
      'At least 2 characters.',
      'This is needed.',
      'At most 30.',
      'At least one.',
    ]);
    expect(document.activeElement).toBe(named('City'));
    expect(named('City').getAttribute('aria-invalid')).toBe('true');
    named('City').value = 'Rome';
    named('Day').value = '2026-12-24';
    named('Nights').value = '1';
    named('sea').checked = true;
    expect(read()).toMatchObject({ city: 'Rome', day: '2026-12-24', nights: 1, wishes: ['sea'] });
    expect(errors()).toEqual([]);
  });

  it('leaves out what is not given, and takes null where it may', () => {
    const { guest: _, price: __, nights: ___, ...given } = VALUES;
    const { read, named } = show(TRIP, given);
    expect(named('Nights').value).toBe('2');
    named('Nights').value = '';
    expect(read()).toEqual(given);
    named('Price').value = '7';
    expect(read()).toEqual({ ...given, price: 7 });
    const strict = { ...TRIP, required: Object.keys(TRIP.properties) };
    expect(show(strict, { ...VALUES, guest: null }).read()).toMatchObject({
      price: null,
      guest: null,
    });
  });

  it('adds to a list and removes from it', () => {
    const { read, element } = show(TRIP, VALUES);
    const click = (label: string) =>
      [...element.querySelectorAll('button')].find((each) => each.textContent === label)!.click();
    click('Remove Stops 1');
    click('Add to Stops');
    const added = document.activeElement as HTMLInputElement;
    expect(added.type).toBe('date');
    added.value = '2026-12-31';
    expect(read()).toMatchObject({ stops: ['2026-12-03', '2026-12-31'] });
  });

  it('takes JSON for what it has no control for', () => {
    const { read, named, errors } = show(TRIP, VALUES);
    named('Extra').value = '{"a":';
    expect(read()).toBeNull();
    expect(errors()[0]).toContain('This is not JSON');
    named('Extra').value = '{"b": 2}';
    expect(read()).toMatchObject({ extra: { b: 2 } });
  });

  it('offers options by their titles and gives back their values', () => {
    const options = [
      { const: 'pet-1', title: 'Cats' },
      { const: 'pet-2', title: 'Dogs' },
    ];
    const form = createForm({
      type: 'object',
      properties: {
        pet: { type: 'string', oneOf: options, default: 'pet-2' },
        pets: { type: 'array', items: { type: 'string', anyOf: options } },
      },
      required: ['pet', 'pets'],
    });
    const labels = [...form.element.querySelectorAll<HTMLLabelElement>('.form-option')];
    expect(labels.map((label) => label.textContent)).toEqual(['Cats', 'Dogs', 'Cats', 'Dogs']);
    labels[2]?.querySelector('input')?.click();
    expect(JSON.parse(form.read() ?? '')).toEqual({ pet: 'pet-2', pets: ['pet-1'] });
  });

  it('ends in JSON where a schema contains itself', () => {
    const tree = {
      $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } },
      type: 'object',
      properties: { root: { $ref: '#/$defs/Node' } },
    };
    expect(show(tree).element.querySelectorAll('textarea').length).toBe(1);
  });

  it('ends in JSON where a schema branches without end', () => {
    const names = Array.from({ length: 20 }, (_, number) => `part_${number}`);
    const several = (definition: number) => ({
      type: 'object',
      properties: Object.fromEntries(
        names.map((name) => [name, { $ref: `#/$defs/Part${definition}` }]),
      ),
    });
    const wide = {
      $defs: Object.fromEntries([1, 2, 3, 4, 5].map((each) => [`Part${each}`, several(each + 1)])),
      ...several(1),
    };
    const fields = show(wide).element.querySelectorAll('textarea');
    expect(fields.length).toBeGreaterThan(20);
    expect(fields.length).toBeLessThan(1_000);
    const forest = { type: 'object', properties: { up: { $ref: '#' }, down: { $ref: '#' } } };
    expect(show(forest).element.querySelectorAll('textarea').length).toBe(2);
  });

  it('has no fields for a schema of nothing', () => {
    expect(show({}).element.childElementCount).toBe(0);
    expect(show({ type: 'object' }).read()).toEqual({});
  });
});

/** What a function may declare, and what pydantic takes for it. */
const LAX: Schema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    ratio: { type: 'number', default: 1 },
    sure: { type: 'boolean', default: false },
    at: { type: 'string', format: 'date-time', default: '2026-01-01T00:00:00Z' },
    line: { type: 'string', maxLength: 40, default: 'x' },
    sizes: { type: 'array', items: { enum: ['a', 'b', 'c'] } },
    size: { enum: ['a', 'b'], default: 'a' },
    nested: {
      anyOf: [
        {
          type: 'object',
          properties: { n: { type: 'integer', default: 3 }, who: { type: 'string' } },
          required: ['who'],
        },
        { type: 'null' },
      ],
    },
    list: { type: 'array', items: { type: 'integer' } },
    constructor: { type: 'string' },
  },
  required: ['id'],
};

describe('what nobody touched', () => {
  it.each([
    '{"id":1}',
    '{ "id" : 9007199254740993 , "ratio": -0.0 }',
    '{"id":12345678901234567890123,"ratio":1.0,"size":"z"}',
    '{"id":"42","ratio":"0.5","sure":"yes","at":1790000000,"line":""}',
    '{"id":1e3,"sizes":["b","a","b"],"line":"two\\nlines","list":[1.0,9007199254740993]}',
    '{"id":1,"nested":null}',
    '{"id":1,"nested":{"who":"me","more":{"deep":[1,{}]}},"list":"none","sizes":"a"}',
    '{"id":1,"id":2,"unknown":1e400,"line":"\\ud800 \\u00e9"}',
  ])('stays as it was: %s', (text) => {
    const form = show(LAX, text);
    expect(form.text()).toBe(text);
    expect(form.errors()).toEqual([]);
  });

  it('stays as it was beside what was changed', () => {
    const { named, text, element } = show(
      LAX,
      '{"id": 9007199254740993, "nested": {"who": "me", "more": 1.0}, "sizes":["b","a","b"]}',
    );
    named('Who').value = 'you';
    expect(text()).toBe(
      '{"id": 9007199254740993, "nested": {"who": "you", "more": 1.0}, "sizes":["b","a","b"]}',
    );
    named('c').checked = true;
    named('Id').value = '12345678901234567890';
    const add = [...element.querySelectorAll('button')].find((each) =>
      each.textContent!.startsWith('Add'),
    );
    add!.click();
    (document.activeElement as HTMLInputElement).value = '5';
    expect(text()).toBe(
      '{"id": 12345678901234567890, "nested": {"who": "you", "more": 1.0}, ' +
        '"sizes":["b","a","b","c"],"list":[5]}',
    );
    named('a').checked = false;
    expect(text()).toContain('"sizes":["b","b","c"]');
  });

  it('is shown whole: values of another kind as JSON, lines as lines', () => {
    const { named } = show(LAX, '{"id":"42","line":"two\\nlines","ratio":0.10}');
    expect(named('Id').value).toBe('"42"');
    expect(named('Line').value).toBe('two\nlines');
    expect(named('Ratio').value).toBe('0.10');
  });

  it('gets the defaults that are shown where nobody else would know them', () => {
    expect(JSON.parse(createForm(LAX, '{"id":1}').read()!)).toEqual({
      ...{ id: 1, ratio: 1, sure: false, at: '2026-01-01T00:00:00Z', line: 'x', size: 'a' },
    });
  });

  it('counts characters as the server does', () => {
    const schema = { type: 'object', properties: { name: { type: 'string', maxLength: 2 } } };
    const form = show(schema, { name: '😀😀' }, 'filled');
    expect(form.read()).toEqual({ name: '😀😀' });
    form.named('Name').value = '😀😀😀';
    expect(form.read()).toBeNull();
    expect(form.errors()).toEqual(['At most 2 characters; this has 3.']);
  });

  it('takes long lists as JSON', () => {
    const list = Array.from({ length: 50_000 }, (_, n) => n);
    const form = show(LAX, JSON.stringify({ id: 1, list }));
    expect(form.element.querySelectorAll('input').length).toBeLessThan(20);
    expect(form.text()).toBe(JSON.stringify({ id: 1, list }));
  });
});

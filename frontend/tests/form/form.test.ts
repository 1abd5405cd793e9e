import { afterEach, describe, expect, it } from 'vitest';
import { createForm } from '../../src/form/form.ts';
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

function show(schema: Schema, values?: Readonly<Record<string, unknown>>) {
  const form = createForm(schema, values);
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
  return { ...form, named, errors };
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
    const { read, named, errors } = show(TRIP, { ...VALUES, city: 'O', day: '', nights: 31 });
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
    expect(read()).toEqual({ ...given, price: null, guest: null });
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

  it('ends in JSON where a schema contains itself', () => {
    const tree = {
      $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } },
      type: 'object',
      properties: { root: { $ref: '#/$defs/Node' } },
    };
    expect(show(tree).element.querySelectorAll('textarea').length).toBe(1);
  });

  it('has no fields for a schema of nothing', () => {
    expect(show({}).element.childElementCount).toBe(0);
    expect(show({ type: 'object' }).read()).toEqual({});
  });
});

import { expect, test } from 'vitest';
import { createArgumentForm } from '../../src/workbench/argument_form.ts';

const SCHEMA = {
  type: 'object',
  properties: { number: { type: 'integer', default: 1 } },
  additionalProperties: false,
};

test('arguments that the function no longer takes are left out', () => {
  expect(createArgumentForm(SCHEMA, '{"n":7,"number":3}').read()).toBe('{"number":3}');
  const open = { ...SCHEMA, additionalProperties: true };
  expect(createArgumentForm(open, '{"n":7,"number":3}').read()).toBe('{"n":7,"number":3}');
});

test('what is no object, as of a call that was cut off, is shown as JSON', () => {
  const form = createArgumentForm(SCHEMA, '{"number":');
  expect(form.element.querySelector('textarea')?.value).toContain('"number":');
  expect(form.read()).toBeNull();
});

test('a form and JSON hold the same arguments', () => {
  const form = createArgumentForm(SCHEMA, '{"number":3}');
  const other = form.element.querySelector<HTMLButtonElement>('.workbench-arguments > .button')!;
  other.click();
  expect(form.element.querySelector('textarea')?.value).toContain('"number": 3');
  other.click();
  expect(form.element.querySelector('input')?.value).toBe('3');
  expect(form.read()).toBe('{"number":3}');
});

test('a function without arguments says so', () => {
  const form = createArgumentForm({ type: 'object', properties: {} }, '{}');
  expect(form.element.textContent).toContain('It takes no arguments.');
  expect(form.read()).toBe('{}');
});

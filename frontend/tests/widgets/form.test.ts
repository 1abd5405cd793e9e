import { afterEach, expect, it, vi } from 'vitest';
import widget from '../../src/widgets/form.ts';
import { PROPS } from '../frames.ts';

afterEach(() => document.body.replaceChildren());

it('sends what is filled in as a message, once it is right', () => {
  const send = vi.fn();
  const schema = {
    type: 'object',
    properties: { size: { type: 'integer', minimum: 1 }, colour: { type: 'string' } },
    required: ['size'],
  };
  const output = { title: 'Order', schema, values: { size: 0, colour: 'red' } };
  const element = widget({ ...PROPS, output, actions: { ...PROPS.actions, send } });
  document.body.append(element);
  const submit = () => element.dispatchEvent(new Event('submit', { cancelable: true }));
  submit();
  expect(send).not.toHaveBeenCalled();
  element.querySelector('input')!.value = '3';
  submit();
  expect(send).toHaveBeenCalledExactlyOnceWith('size: 3\ncolour: red');
});

it('says that a schema has nothing to ask for', () => {
  expect(() => widget({ ...PROPS, output: { schema: {} } })).toThrow('no properties');
});

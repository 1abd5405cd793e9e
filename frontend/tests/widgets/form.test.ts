import { afterEach, expect, it, vi } from 'vitest';
import widget from '../../src/widgets/form.ts';
import type { WidgetActions } from '../../src/widgets/widget.ts';
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

it('gives what is filled in to a function, and shows its output or why there is none', async () => {
  const call = vi.fn<WidgetActions['call']>();
  const schema = { type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] };
  const output = { schema, values: { size: 3 }, call: 'order' };
  const element = widget({ ...PROPS, output, actions: { ...PROPS.actions, call } });
  document.body.append(element);
  const button = element.querySelector('button')!;
  const submit = () => element.dispatchEvent(new Event('submit', { cancelable: true }));
  call.mockResolvedValueOnce({ output: { ordered: 3 }, files: [] });
  submit();
  expect(button.disabled).toBe(true);
  await vi.waitFor(() => expect(element.querySelector('pre')?.textContent).toContain('"ordered"'));
  expect(call).toHaveBeenCalledExactlyOnceWith('order', { size: 3 });
  expect(button.disabled).toBe(false);
  call.mockRejectedValueOnce(new Error('You denied the call of order.'));
  submit();
  await vi.waitFor(() =>
    expect(element.querySelector('.widget-problem')?.textContent).toBe(
      'You denied the call of order.',
    ),
  );
});

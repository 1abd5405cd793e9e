import { expect, test } from 'vitest';
import { createAssistantMessage } from '../../src/chat/assistant_message.ts';
import type { SourceApi } from '../../src/chat/source_dialog.ts';
import type { MessagePart } from '../../src/protocol.ts';
import { assistantMessage, PICTURE, said } from '../frames.ts';

const api = {} as SourceApi;

const TABLE: MessagePart = {
  type: 'file',
  file_id: 'file_2',
  name: 'table.csv',
  media_type: 'text/csv',
  size: 4,
  origin: null,
};

test('parts stand in their order, and those that did not change keep their elements', () => {
  const view = createAssistantMessage(assistantMessage('a', { text: 'Look: ' }), api);
  const parts = () => [...view.element.querySelector('.message-parts')!.children];
  const [text] = parts();
  const content = [...said('Look: '), PICTURE];
  view.update(assistantMessage('a', { content }));
  const [same, picture] = parts();
  expect(same).toBe(text);
  expect(picture!.querySelector('img')!.getAttribute('src')).toBe('/api/files/file_plot/content');
  expect(picture!.querySelector('img')!.getAttribute('alt')).toBe('plot.png');
  const whole = [...content, TABLE, ...said('Hills.')];
  view.update(assistantMessage('a', { content: whole, status: 'completed' }));
  expect(parts().slice(0, 2)).toEqual([text, picture]);
  expect(parts()[2]!.getAttribute('href')).toBe('/api/files/file_2/content');
  expect(parts()[3]!.textContent).toBe('Hills.');
});

test('a part that became another is shown anew, and what is left out is gone', () => {
  const view = createAssistantMessage(assistantMessage('a', { text: 'One' }), api);
  view.update(assistantMessage('a', { content: [PICTURE, ...said('Two')] }));
  view.update(assistantMessage('a', { content: [PICTURE], status: 'completed' }));
  expect(view.element.querySelector('.message-parts')!.childElementCount).toBe(1);
  expect(view.element.querySelectorAll('img')).toHaveLength(1);
  expect(view.element.hidden).toBe(false);
});

test('a picture from elsewhere is a link, since it is not loaded unasked', () => {
  const elsewhere = { ...PICTURE, file_id: null, url: 'https://example.org/a.png' };
  const view = createAssistantMessage(assistantMessage('a', { content: [elsewhere] }), api);
  expect(view.element.querySelector('img')).toBeNull();
  expect(view.element.querySelector('a')!.getAttribute('href')).toBe('https://example.org/a.png');
});

import { expect, test } from 'vitest';
import { createDrop } from '../../src/ui/drop.ts';
import { textFile } from '../fakes.ts';

test('dropped files are accepted, and the page shows where to drop them', () => {
  const target = document.createElement('div');
  const taken: (readonly File[])[] = [];
  const drop = createDrop(target, (files) => taken.push(files));
  const fire = (type: string, types: string[], files: File[] = []) => {
    const event = new Event(type, { cancelable: true });
    Object.assign(event, { dataTransfer: { types, files } });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  fire('dragenter', ['text/plain']);
  expect(drop.hidden).toBe(true);
  fire('dragenter', ['Files']);
  fire('dragenter', ['Files']);
  fire('dragleave', ['Files']);
  expect(drop.hidden).toBe(false);
  expect(fire('dragover', ['Files'])).toBe(true);
  const file = textFile('a.txt');
  expect(fire('drop', ['Files'], [file])).toBe(true);
  expect(drop.hidden).toBe(true);
  expect(taken).toEqual([[file]]);
  expect(fire('drop', ['text/plain'])).toBe(false);
});

import { expect, test, vi } from 'vitest';
import { createCopyButton } from '../../src/ui/copy.ts';
import { FakeClock } from '../fakes.ts';

/** A browser with or without a clipboard, and with one that refuses; a selection is copied or not. */
function browser(writeText: ((text: string) => Promise<void>) | null, copiesSelection = false) {
  vi.stubGlobal('navigator', writeText === null ? {} : { clipboard: { writeText } });
  const selected: string[] = [];
  document.execCommand = () => {
    selected.push(document.querySelector('textarea')?.value ?? '');
    return copiesSelection;
  };
  const clock = new FakeClock();
  const button = createCopyButton(() => 'some text', clock);
  document.body.replaceChildren(button);
  return { button, clock, selected };
}

test('the outcome is shown for two seconds', async () => {
  const { button, clock } = browser(async () => {});
  button.click();
  await vi.waitFor(() => expect(button.textContent).toBe('Copied'));
  expect(button.title).toBe('Copied');
  clock.advance(2_000);
  expect(button.textContent).toBe('Copy');
});

test('without a clipboard the text is copied as a selection, and the focus stays', async () => {
  const { button, selected } = browser(null, true);
  button.focus();
  button.click();
  await vi.waitFor(() => expect(button.textContent).toBe('Copied'));
  expect(selected).toEqual(['some text']);
  expect(document.activeElement).toBe(button);
  expect(document.querySelector('textarea')).toBeNull();
});

test('if copying fails, the button shows a message', async () => {
  const { button, clock } = browser(async () => {
    throw new Error('denied');
  });
  button.click();
  await vi.waitFor(() => expect(button.lastChild?.nodeValue).toBe('Copy failed'));
  clock.advance(2_000);
  expect(button.textContent).toBe('Copy');
});

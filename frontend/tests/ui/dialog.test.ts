import { afterEach, expect, test } from 'vitest';
import { openDialog } from '../../src/ui/dialog.ts';

afterEach(() => document.body.replaceChildren());

test('what is asked for twice, as by a double click, is shown once', () => {
  let closed = 0;
  openDialog({ title: 'Model', content: ['first'], onClose: () => (closed += 1) });
  openDialog({ title: 'Another', content: [] });

  openDialog({ title: 'Model', content: ['second'] });

  const titles = [...document.querySelectorAll('dialog h2')].map((title) => title.textContent);
  expect(titles).toEqual(['Another', 'Model']);
  expect(closed).toBe(1);
});

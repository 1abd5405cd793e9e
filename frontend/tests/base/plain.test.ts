import { expect, test } from 'vitest';
import { plain } from '../../src/base/plain.ts';

test.each([
  ['**Rain** in `Oslo`', 'Rain in Oslo'],
  ['## Heading', 'Heading'],
  [
    'See [the guide](https://example.com/a_b) and ![a picture](x.png)',
    'See the guide and a picture',
  ],
  ['~~old~~ *new*', 'old new'],
  ['What is 2**100 and 3*4*5?', 'What is 2**100 and 3*4*5?'],
  ['Is 2**100 or 3**2 more?', 'Is 2**100 or 3**2 more?'],
  ['snake_case and __init__.py', 'snake_case and __init__.py'],
  ['C# and #1', 'C# and #1'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
])('the marks of %s', (text, words) => {
  expect(plain(text)).toBe(words);
});

import { expect, test } from 'vitest';
import { sizeLabel } from '../../src/files/size.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1.0 KB'],
  [52_428_800, '52 MB'],
  [999_999, '1.0 MB'],
  [2_147_483_648, '2.1 GB'],
  [5e15, '5000000 GB'],
])('%d bytes are %s', (bytes, label) => {
  expect(sizeLabel(bytes)).toBe(label);
});

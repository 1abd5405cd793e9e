import { expect, test } from 'vitest';
import { sizeLabel } from '../../src/files/size.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1_023, '1023 bytes'],
  [1_024, '1.0 KB'],
  [52_428_800, '50 MB'],
  [1_048_576, '1.0 MB'],
  [1_048_000, '1.0 MB'],
  [2_147_483_648, '2.0 GB'],
  [2 ** 50, '1048576 GB'],
])('%d bytes are %s', (bytes, label) => {
  expect(sizeLabel(bytes)).toBe(label);
});

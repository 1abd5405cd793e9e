import { common } from '../strings/common.ts';

/** What the instructions of a chat are called wherever they are edited. */
export const INSTRUCTIONS = {
  ...common.instructions,
  maxLength: 32_000,
} as const;

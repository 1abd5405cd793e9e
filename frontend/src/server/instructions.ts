/** What the instructions of a chat are called wherever they are edited. */
export const INSTRUCTIONS = {
  title: 'Instructions of this chat',
  note: 'What the model is told here beside the assistant’s own instructions, from the next message on.',
  maxLength: 32_000,
} as const;

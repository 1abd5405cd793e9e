import { chat as english } from './english/chat.ts';
import { german } from './german.ts';

export const t = german?.chat ?? english;

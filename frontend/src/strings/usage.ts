import { usage as english } from './english/usage.ts';
import { german } from './german.ts';

export const t = german?.usage ?? english;

import { older as english } from './english/older.ts';
import { german } from './german.ts';

export const t = german?.older ?? english;

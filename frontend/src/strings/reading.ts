import { reading as english } from './english/reading.ts';
import { german } from './german.ts';

export const t = german?.reading ?? english;

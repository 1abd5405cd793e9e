import { setup as english } from './english/setup.ts';
import { german } from './german.ts';

export const t = german?.setup ?? english;

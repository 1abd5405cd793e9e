import { looks as english } from './english/looks.ts';
import { german } from './german.ts';

export const t = german?.looks ?? english;

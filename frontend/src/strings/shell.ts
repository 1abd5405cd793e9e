import { shell as english } from './english/shell.ts';
import { german } from './german.ts';

export const t = german?.shell ?? english;

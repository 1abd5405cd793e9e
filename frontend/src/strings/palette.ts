import { palette as english } from './english/palette.ts';
import { german } from './german.ts';

export const t = german?.palette ?? english;

import { tools as english } from './english/tools.ts';
import { german } from './german.ts';

export const t = german?.tools ?? english;

import { sourceDialog as english } from './english/source_dialog.ts';
import { german } from './german.ts';

export const t = german?.sourceDialog ?? english;

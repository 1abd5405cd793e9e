import { widgets as english } from './english/widgets.ts';
import { german } from './german.ts';

export const t = german?.widgets ?? english;

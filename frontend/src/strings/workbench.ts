import { workbench as english } from './english/workbench.ts';
import { german } from './german.ts';

export const t = german?.workbench ?? english;

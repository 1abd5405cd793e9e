import { apps as english } from './english/apps.ts';
import { german } from './german.ts';

export const t = german?.apps ?? english;

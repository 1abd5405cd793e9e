import { calls as english } from './english/calls.ts';
import { german } from './german.ts';

export const t = german?.calls ?? english;

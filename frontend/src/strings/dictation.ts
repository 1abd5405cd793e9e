import { dictation as english } from './english/dictation.ts';
import { german } from './german.ts';

export const t = german?.dictation ?? english;

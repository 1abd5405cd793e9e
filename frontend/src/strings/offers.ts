import { offers as english } from './english/offers.ts';
import { german } from './german.ts';

export const t = german?.offers ?? english;

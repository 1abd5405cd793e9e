import { sharing as english } from './english/sharing.ts';
import { german } from './german.ts';

export const t = german?.sharing ?? english;

import { forms as english } from './english/forms.ts';
import { german } from './german.ts';

export const t = german?.forms ?? english;

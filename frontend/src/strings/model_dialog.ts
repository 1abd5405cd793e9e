import { modelDialog as english } from './english/model_dialog.ts';
import { german } from './german.ts';

export const t = german?.modelDialog ?? english;

import { sidebar as english } from './english/sidebar.ts';
import { german } from './german.ts';

export const t = german?.sidebar ?? english;

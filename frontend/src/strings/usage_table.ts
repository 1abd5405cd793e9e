import { usageTable as english } from './english/usage_table.ts';
import { german } from './german.ts';

export const t = german?.usageTable ?? english;

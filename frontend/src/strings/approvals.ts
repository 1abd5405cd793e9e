import { approvals as english } from './english/approvals.ts';
import { german } from './german.ts';

export const t = german?.approvals ?? english;

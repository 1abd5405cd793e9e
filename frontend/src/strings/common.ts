import { common as english } from './english/common.ts';
import { german } from './german.ts';

export const common = german?.common ?? english;

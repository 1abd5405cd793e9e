import { setupMcp as english } from './english/setup_mcp.ts';
import { german } from './german.ts';

export const t = german?.setupMcp ?? english;

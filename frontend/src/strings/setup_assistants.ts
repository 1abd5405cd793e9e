import { setupAssistants as english } from './english/setup_assistants.ts';
import { german } from './german.ts';

export const t = german?.setupAssistants ?? english;

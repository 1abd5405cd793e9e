import { t } from '../strings/setup.ts';

/** What the page says about each upstream. Others are shown by name. */
export const UPSTREAMS: Readonly<
  Record<string, { readonly title: string; readonly text: string }>
> = t.upstream.known;

export const BASE_URLS: readonly { readonly name: string; readonly url: string }[] = [
  { name: 'OpenAI', url: 'https://api.openai.com/v1' },
  { name: 'Ollama', url: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', url: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', url: 'http://127.0.0.1:8080/v1' },
];

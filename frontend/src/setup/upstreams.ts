/** What the page says about each upstream. Others are shown by name. */
export const UPSTREAMS: Readonly<
  Record<string, { readonly title: string; readonly text: string }>
> = {
  auto: {
    title: 'Automatic',
    text: 'For most people. Asks the server which API it speaks. Without a key and a base URL it is the demo.',
  },
  demo: {
    title: 'Demo',
    text: 'For a first look. Scripted answers from this server, offline and without AI, that show every feature.',
  },
  responses: {
    title: 'Responses API',
    text: 'For OpenAI itself, and for servers that speak its Responses API: Azure, Ollama, vLLM, LM Studio, llama.cpp.',
  },
  chat_completions: {
    title: 'Chat Completions API',
    text: 'For a server that does not speak the Responses API: Anthropic, Gemini, Mistral, Groq, DeepSeek, most gateways, and older local servers.',
  },
  assistants: {
    title: 'Assistants API',
    text: 'For a compatible server that still has Assistants v2. OpenAI and Azure switched theirs off on 26 August 2026.',
  },
};

export const BASE_URLS: readonly { readonly name: string; readonly url: string }[] = [
  { name: 'OpenAI', url: 'https://api.openai.com/v1' },
  { name: 'Ollama', url: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', url: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', url: 'http://127.0.0.1:8080/v1' },
];

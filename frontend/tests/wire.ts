import type { AssistantInfo, FunctionList, SetupAnswer, SetupState } from '../src/protocol.ts';

export const OTTO: AssistantInfo = {
  id: 'asst_local_1',
  name: 'Otto',
  model: 'gpt-4.1',
  instructions: 'Be kind.',
  tools: ['function:get_weather'],
  parameters: {},
  start: {},
  efforts: [],
  verbosities: [],
  left_out: [],
  is_default: true,
};

export const STATE: SetupState = {
  upstream: {
    choice: 'responses',
    name: 'responses',
    available: ['assistants', 'chat_completions', 'demo', 'responses'],
    base_url: null,
    problem: null,
    retired: false,
  },
  api_key: { present: true, last_four: '3456' },
  assistant: OTTO,
  assistants: [OTTO],
  assistant_id: 'asst_local_1',
  functions: [
    {
      name: 'get_weather',
      title: null,
      icon: null,
      description: 'Get the weather.\n\nOnce per place.',
      parameters: {},
      strict: true,
      approval: 'never',
      default_approval: 'never',
    },
  ],
  function_problems: [],
  dictation: { model: null, obstacle: 'demo' },
  code_interpreter: {
    state: 'ready',
    isolation: 'bubblewrap',
    detail: null,
    progress: null,
    can_be_retried: false,
  },
  tools: ['code_interpreter', 'file_search', 'function:get_weather'],
  hosted_tools: [],
  missing: [],
  ready: true,
  settings: ['UPSTREAM', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'ASSISTANT_ID'].map((name) => ({
    name,
    source: 'env_file',
    writable: true,
  })),
  env_file: '.env',
  sealed_with: null,
  file_search: { place: 'here', files: 0, detail: null },
};

export const FUNCTIONS: FunctionList = {
  functions: STATE.functions,
  problems: [],
  builtins: ['code_interpreter', 'file_search', 'shell'].map((name) => ({
    name,
    approval: 'never',
    default_approval: 'never',
  })),
  others: [],
  sources: [],
};

/** The state with these fields. The default assistant is the only one, unless there are others. */
export const changed = (fields: Partial<SetupState>): SetupState => {
  const { assistant = STATE.assistant, assistants = assistant === null ? [] : [assistant] } =
    fields;
  return { ...STATE, ...fields, assistants };
};
export const answer = (fields: Partial<SetupState>, ...warnings: string[]): SetupAnswer => ({
  state: changed(fields),
  warnings,
});

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

export function refusal(status: number, code: string, message: string, more = {}): Response {
  return json({ error: { code, message, ...more } }, status);
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A server that answers by `METHOD /path`, and remembers what it was asked. */
export function createWire(answers: Record<string, () => Response | Promise<Response>>) {
  const requests: Request[] = [];
  const routes: typeof answers = {
    'GET /api/setup': () => json(STATE),
    'GET /api/models': () =>
      json({ models: ['gpt-4.1', 'gpt-5'], listed: [], fallback: false, problem: null }),
    'GET /api/functions': () => json(FUNCTIONS),
    'GET /api/grants': () => json({ grants: [] }),
    'GET /api/mcp/servers': () => json({ servers: [], file: 'mcp.json', problem: null }),
    ...answers,
  };
  const request: typeof fetch = async (input, init) => {
    const method = init?.method ?? 'GET';
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    requests.push({ method, path: String(input), body });
    const respond = routes[`${method} ${String(input)}`];
    return respond === undefined ? refusal(404, 'not_found', 'Nothing here.') : respond();
  };
  const sent = (method: string, path: string) =>
    requests.filter((one) => one.method === method && one.path === path).map((one) => one.body);
  return { request, requests, sent, routes };
}

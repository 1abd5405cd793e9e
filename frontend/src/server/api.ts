/** The REST API, typed. Any failure rejects with an `ApiProblem`. */

import { parseExact } from '../base/json/exact.ts';
import { at, withoutRoot } from '../base/root.ts';
import type {
  ApiKeyUpdate,
  ApprovalUpdate,
  AssistantChange,
  AssistantInfo,
  AssistantList,
  AssistantUpdate,
  DocumentText,
  Feedback,
  FeedbackUpdate,
  FileInfo,
  FileLimits,
  FilePage,
  FilesDeleted,
  Finding,
  FunctionList,
  GrantList,
  ItemPage,
  McpAttached,
  McpCompletionRequest,
  McpCompletions,
  McpLoginBegun,
  McpOffersQuery,
  McpOffersSummary,
  McpPlace,
  McpPromptChoice,
  McpPromptFilled,
  McpPromptPage,
  McpResourceChoice,
  McpResourcePage,
  McpResourceRead,
  McpServerList,
  McpServersToAdd,
  McpServersToTry,
  McpServerUpdate,
  McpSwitch,
  McpTemplatePage,
  ModelList,
  ModelsQuery,
  NewShare,
  ProblemDetail,
  SessionState,
  SetupAnswer,
  SetupState,
  ShareList,
  ShareRequest,
  ThreadCall,
  ThreadCallRequest,
  ThreadDetail,
  ThreadPage,
  ThreadQuery,
  ThreadSummary,
  ThreadUpdate,
  ThreadUsage,
  ToolCallPage,
  ToolList,
  ToolRun,
  ToolRunRequest,
  UpstreamUpdate,
  UsageQuery,
  UsageReport,
} from '../protocol.ts';
import { common } from '../strings/common.ts';

/** An answer other than 2xx, or no answer. `message` is a sentence for the reader. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: string;
  /** The field of the request that it is about. */
  readonly field: string | null;
  readonly retryAfterS: number | null;
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;

  constructor(status: number, detail: ProblemDetail) {
    super(detail.message);
    this.status = status;
    this.code = detail.code;
    this.field = detail.field;
    this.retryAfterS = detail.retry_after_s;
  }
}

export interface Api {
  setup(signal?: AbortSignal): Promise<SetupState>;
  saveApiKey(update: ApiKeyUpdate): Promise<SetupAnswer>;
  removeApiKey(): Promise<SetupAnswer>;
  saveUpstream(update: UpstreamUpdate): Promise<SetupAnswer>;
  /** Has parameters tried again that models refused. */
  forgetRefusedParameters(): Promise<SetupAnswer>;
  retryCodeInterpreter(): Promise<SetupAnswer>;
  /** Has the doctor try everything, and reports each finding as it is made. */
  examine(onFinding: (finding: Finding) => void, signal: AbortSignal): Promise<void>;
  assistant(signal?: AbortSignal): Promise<AssistantInfo>;
  /** Changes the default assistant, or creates it. */
  saveAssistant(update: AssistantUpdate): Promise<SetupAnswer>;
  assistants(signal?: AbortSignal): Promise<AssistantList>;
  createAssistant(assistant: AssistantUpdate): Promise<AssistantInfo>;
  updateAssistant(id: string, change: AssistantChange): Promise<AssistantInfo>;
  copyAssistant(id: string): Promise<AssistantInfo>;
  makeDefaultAssistant(id: string): Promise<AssistantInfo>;
  /** `force` deletes one that chats use, too. */
  deleteAssistant(id: string, force: boolean): Promise<null>;
  models(query?: ModelsQuery, signal?: AbortSignal): Promise<ModelList>;
  functions(signal?: AbortSignal): Promise<FunctionList>;
  /** Sets for everybody whether a tool asks before a call. */
  setApproval(tool: string, update: ApprovalUpdate): Promise<FunctionList>;
  /** All tools that run on the server. */
  tools(signal?: AbortSignal): Promise<ToolList>;
  /** This visitor's calls of a tool, newest first. */
  toolCalls(name: string, cursor: string | null, signal?: AbortSignal): Promise<ToolCallPage>;
  /** Calls a tool by hand, and reports each state of the call; aborting stops it. */
  runTool(
    name: string,
    request: ToolRunRequest,
    onRun: (run: ToolRun) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** What this visitor allowed for good. */
  grants(signal?: AbortSignal): Promise<GrantList>;
  /** Has a tool ask again, in one chat or, with null, everywhere. */
  takeBack(tool: string, threadId: string | null): Promise<null>;
  /** Calls a tool in a chat, without its model: what a widget asks for. */
  callTool(threadId: string, call: ThreadCallRequest): Promise<ThreadCall>;
  /** The assistant's files, newest first. */
  knowledge(cursor: string | null, signal?: AbortSignal): Promise<FilePage>;
  /** Which files may be uploaded. */
  fileLimits(signal?: AbortSignal): Promise<FileLimits>;
  file(id: string, signal?: AbortSignal): Promise<FileInfo>;
  /** The text of a document, in parts. 404 if the server has no text of it. */
  fileText(id: string, signal?: AbortSignal): Promise<DocumentText>;
  /** Processes a file again that failed, or that another place searched. */
  retryFile(id: string): Promise<FileInfo>;
  deleteFile(id: string): Promise<void>;
  deleteKnowledge(): Promise<FilesDeleted>;
  mcpServers(signal?: AbortSignal): Promise<McpServerList>;
  addMcpServers(servers: McpServersToAdd): Promise<McpServerList>;
  /** Connects to servers without adding them. */
  tryMcpServers(servers: McpServersToTry): Promise<McpServerList>;
  updateMcpServer(name: string, update: McpServerUpdate): Promise<McpServerList>;
  switchMcpServer(name: string, to: McpSwitch): Promise<McpServerList>;
  placeMcpServer(name: string, to: McpPlace): Promise<McpServerList>;
  removeMcpServer(name: string): Promise<McpServerList>;
  /** Connects now to one that is lost. */
  retryMcpServer(name: string): Promise<McpServerList>;
  /** Returns the address where the visitor logs in to it. */
  logInToMcpServer(name: string): Promise<McpLoginBegun>;
  logOutOfMcpServer(name: string): Promise<null>;
  /** `called` is what a model calls the tool. */
  switchMcpTool(called: string, to: McpSwitch): Promise<McpServerList>;
  /** How much there is to attach from MCP servers, and how many prompts. */
  mcpOffers(signal?: AbortSignal): Promise<McpOffersSummary>;
  mcpResources(query: McpOffersQuery, signal?: AbortSignal): Promise<McpResourcePage>;
  mcpTemplates(query: McpOffersQuery, signal?: AbortSignal): Promise<McpTemplatePage>;
  mcpPrompts(query: McpOffersQuery, signal?: AbortSignal): Promise<McpPromptPage>;
  /** Looks at a resource, of which nothing is kept. */
  readMcpResource(
    server: string,
    choice: McpResourceChoice,
    signal?: AbortSignal,
  ): Promise<McpResourceRead>;
  /** Keeps a resource as files for a message. */
  attachMcpResource(
    server: string,
    choice: McpResourceChoice,
    signal?: AbortSignal,
  ): Promise<McpAttached>;
  fillMcpPrompt(
    server: string,
    choice: McpPromptChoice,
    signal?: AbortSignal,
  ): Promise<McpPromptFilled>;
  /** How the value of an argument may go on. */
  completeMcpArgument(
    server: string,
    request: McpCompletionRequest,
    signal?: AbortSignal,
  ): Promise<McpCompletions>;
  threads(query: ThreadQuery, signal?: AbortSignal): Promise<ThreadPage>;
  /** What led to an item: its last items, oldest first. */
  itemsBefore(threadId: string, itemId: string, limit: number): Promise<ItemPage>;
  /** Links with which anybody may read a thread. */
  shares(threadId: string, signal?: AbortSignal): Promise<ShareList>;
  share(threadId: string, request: Partial<ShareRequest>): Promise<NewShare>;
  revokeShare(threadId: string, id: string): Promise<null>;
  /** What all branches of a thread took. */
  threadUsage(id: string, signal?: AbortSignal): Promise<ThreadUsage>;
  /** What chats took, by day and model. */
  usage(query: UsageQuery, signal?: AbortSignal): Promise<UsageReport>;
  thread(id: string, signal?: AbortSignal): Promise<ThreadDetail>;
  /** Stores what the reader thinks of a run's answer; null takes it back. */
  rate(threadId: string, runId: string, feedback: FeedbackUpdate | null): Promise<Feedback | null>;
  updateThread(id: string, update: ThreadUpdate): Promise<ThreadDetail>;
  deleteThread(id: string): Promise<null>;
  /** Undoes a deletion. */
  restoreThread(id: string): Promise<ThreadSummary>;
  /** Whether a login can be ended. */
  session(): Promise<SessionState>;
  /** Ends the login here, or in every browser. */
  logOut(everywhere: boolean): Promise<null>;
  /** Creates a thread from what `exportPath` gave as JSON. */
  importThread(file: Blob): Promise<ThreadSummary>;
}

export type ExportFormat = 'markdown' | 'json';

/** The address to download a thread from. */
export function exportPath(id: string, format: ExportFormat): string {
  return at(`${threadPath(id)}/export?format=${format}`);
}

export function createApi(request: typeof fetch = (...args) => fetch(...args)): Api {
  // Requests under way at a log-out are refused too; the log-out says where to go then.
  let loggingOut = false;
  async function attempt<T>(sending: Promise<T>): Promise<T> {
    try {
      return await sending;
    } catch (error) {
      // The session has ended. Of an upstream that refuses its key the code is another.
      const ended = error instanceof ApiProblem && error.code === 'unauthorized';
      if (ended && !loggingOut) location.assign(loginPath());
      throw error;
    }
  }
  const call = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
    attempt(send<T>(request, method, path, body, signal));
  return {
    setup: (signal) => call('GET', '/api/setup', undefined, signal),
    saveApiKey: (update) => call('PUT', '/api/setup/api-key', update),
    removeApiKey: () => call('DELETE', '/api/setup/api-key'),
    saveUpstream: (update) => call('PUT', '/api/setup/upstream', update),
    forgetRefusedParameters: () => call('DELETE', '/api/setup/refused-parameters'),
    retryCodeInterpreter: () => call('POST', '/api/setup/code-interpreter'),
    examine: (onFinding, signal) =>
      attempt(lines<Finding>(request, 'POST', '/api/setup/doctor', onFinding, signal)),
    assistant: (signal) => call('GET', '/api/setup/assistant', undefined, signal),
    saveAssistant: (update) => call('PUT', '/api/setup/assistant', update),
    assistants: (signal) => call('GET', '/api/assistants', undefined, signal),
    createAssistant: (assistant) => call('POST', '/api/assistants', assistant),
    updateAssistant: (id, change) => call('PATCH', assistantPath(id), change),
    copyAssistant: (id) => call('POST', `${assistantPath(id)}/copy`),
    makeDefaultAssistant: (id) => call('POST', `${assistantPath(id)}/default`),
    deleteAssistant: (id, force) => call('DELETE', `${assistantPath(id)}?force=${force}`),
    models: (query = {}, signal) =>
      call('GET', `/api/models${query.cached === true ? '?cached=true' : ''}`, undefined, signal),
    functions: (signal) => call('GET', '/api/functions', undefined, signal),
    setApproval: (tool, update) =>
      call('PUT', `/api/functions/${encodeURIComponent(tool)}/approval`, update),
    tools: (signal) => call('GET', '/api/tools', undefined, signal),
    toolCalls(name, cursor, signal) {
      const query = new URLSearchParams(cursor === null ? {} : { cursor });
      return call('GET', `${toolPath(name)}/calls?${query}`, undefined, signal);
    },
    runTool: (name, body, onRun, signal) =>
      attempt(
        lines<ToolRun>(request, 'POST', `${toolPath(name)}/runs`, onRun, signal, {
          ...body,
          stream: true,
        }),
      ),
    grants: (signal) => call('GET', '/api/grants', undefined, signal),
    takeBack(tool, threadId) {
      const query = threadId === null ? '' : `?${new URLSearchParams({ thread_id: threadId })}`;
      return call('DELETE', `/api/grants/${encodeURIComponent(tool)}${query}`);
    },
    callTool: (threadId, request) => call('POST', `${threadPath(threadId)}/tool-calls`, request),
    knowledge(cursor, signal) {
      const query = new URLSearchParams({ purpose: 'knowledge', ...(cursor && { cursor }) });
      return call('GET', `/api/files?${query}`, undefined, signal);
    },
    fileLimits: (signal) => call('GET', '/api/files/limits', undefined, signal),
    file: (id, signal) => call('GET', filePath(id), undefined, signal),
    fileText: (id, signal) => call('GET', `${filePath(id)}/text`, undefined, signal),
    retryFile: (id) => call('POST', `${filePath(id)}/retry`),
    deleteFile: (id) => call('DELETE', filePath(id)),
    deleteKnowledge: () => call('DELETE', '/api/files?purpose=knowledge'),
    mcpServers: (signal) => call('GET', '/api/mcp/servers', undefined, signal),
    addMcpServers: (servers) => call('POST', '/api/mcp/servers', servers),
    tryMcpServers: (servers) => call('POST', '/api/mcp/trials', servers),
    updateMcpServer: (name, update) => call('PUT', mcpPath(name), update),
    switchMcpServer: (name, to) => call('PATCH', mcpPath(name), to),
    placeMcpServer: (name, to) => call('PUT', `${mcpPath(name)}/place`, to),
    removeMcpServer: (name) => call('DELETE', mcpPath(name)),
    retryMcpServer: (name) => call('POST', `${mcpPath(name)}/retry`),
    logInToMcpServer: (name) => call('POST', `${mcpPath(name)}/login`),
    logOutOfMcpServer: (name) => call('POST', `${mcpPath(name)}/logout`),
    switchMcpTool: (called, to) => call('PATCH', `/api/mcp/tools/${called}`, to),
    mcpOffers: (signal) => call('GET', '/api/mcp/offers', undefined, signal),
    mcpResources: (query, signal) =>
      call('GET', `/api/mcp/resources?${searchParams(query)}`, undefined, signal),
    mcpTemplates: (query, signal) =>
      call('GET', `/api/mcp/resource-templates?${searchParams(query)}`, undefined, signal),
    mcpPrompts: (query, signal) =>
      call('GET', `/api/mcp/prompts?${searchParams(query)}`, undefined, signal),
    readMcpResource: (server, choice, signal) =>
      call('POST', `${mcpPath(server)}/resources/read`, choice, signal),
    attachMcpResource: (server, choice, signal) =>
      call('POST', `${mcpPath(server)}/resources/attach`, choice, signal),
    fillMcpPrompt: (server, choice, signal) =>
      call('POST', `${mcpPath(server)}/prompts/fill`, choice, signal),
    completeMcpArgument: (server, request, signal) =>
      call('POST', `${mcpPath(server)}/completions`, request, signal),
    threads: (query, signal) =>
      call('GET', `/api/threads?${searchParams(query)}`, undefined, signal),
    itemsBefore: (threadId, itemId, limit) =>
      call(
        'GET',
        `${threadPath(threadId)}/items?before=${encodeURIComponent(itemId)}&limit=${limit}`,
      ),
    shares: (id, signal) => call('GET', `${threadPath(id)}/shares`, undefined, signal),
    share: (id, request) => call('POST', `${threadPath(id)}/shares`, request),
    revokeShare: (threadId, id) =>
      call('DELETE', `${threadPath(threadId)}/shares/${encodeURIComponent(id)}`),
    threadUsage: (id, signal) => call('GET', `${threadPath(id)}/usage`, undefined, signal),
    usage: (query, signal) => call('GET', `/api/usage?${searchParams(query)}`, undefined, signal),
    thread: (id, signal) => call('GET', threadPath(id), undefined, signal),
    rate(threadId, runId, feedback) {
      const path = `${threadPath(threadId)}/runs/${encodeURIComponent(runId)}/feedback`;
      return feedback === null ? call('DELETE', path) : call('PUT', path, feedback);
    },
    updateThread: (id, update) => call('PATCH', threadPath(id), update),
    deleteThread: (id) => call('DELETE', threadPath(id)),
    restoreThread: (id) => call('POST', `${threadPath(id)}/restore`),
    session: () => call('GET', '/api/session'),
    async logOut(everywhere) {
      loggingOut = true;
      try {
        return await call<null>('DELETE', `/api/session?everywhere=${everywhere}`);
      } catch (error) {
        loggingOut = false;
        throw error;
      }
    },
    importThread: (file) => call('POST', '/api/threads', file),
  };
}

function filePath(id: string): string {
  return `/api/files/${encodeURIComponent(id)}`;
}

function assistantPath(id: string): string {
  return `/api/assistants/${encodeURIComponent(id)}`;
}

function mcpPath(name: string): string {
  return `/api/mcp/servers/${encodeURIComponent(name)}`;
}

function threadPath(id: string): string {
  return `/api/threads/${encodeURIComponent(id)}`;
}

export function toolPath(name: string): string {
  return `/api/tools/${encodeURIComponent(name)}`;
}

/** Leaves out empty fields, for which the server has defaults. */
function searchParams(query: ThreadQuery | McpOffersQuery | UsageQuery): URLSearchParams {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

async function send<T>(
  request: typeof fetch,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
): Promise<T> {
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    // A file is JSON already and may be large: send it unchanged.
    init.body = body instanceof Blob ? body : JSON.stringify(body);
  }
  const [response, text] = await reached(async () => {
    const response = await request(at(path), init);
    return [response, await response.text()] as const;
  }, signal);
  return answered(response.status, response.statusText, text);
}

/** Sends a request whose answer is a JSON value per line, and passes each on as it arrives. */
async function lines<T>(
  request: typeof fetch,
  method: string,
  path: string,
  onValue: (value: T) => void,
  signal: AbortSignal,
  body?: unknown,
): Promise<void> {
  const init: RequestInit = { method, signal };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  const response = await reached(() => request(at(path), init), signal);
  const { ok, status, statusText } = response;
  if (!ok || response.body === null) {
    answered(status, statusText, await reached(() => response.text(), signal));
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value = '' } = await reached(() => reader.read(), signal);
    const whole = `${rest}${value}`.split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) onValue(answered(status, statusText, line));
    if (done) return;
  }
}

/** Throws an `ApiProblem` where no answer, or no more of it, comes; unless it was given up. */
export async function reached<T>(
  ask: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw problem(0, 'unreachable', common.server.isSilent);
  }
}

/** The login page, which leads back here. */
function loginPath(): string {
  return at(`/login?next=${encodeURIComponent(withoutRoot(location.pathname))}`);
}

/** Parses the body of an answer. Throws an `ApiProblem` if the answer is a failure. */
export function answered<T>(status: number, statusText: string, text: string): T {
  const answer = status === 204 ? null : parsed(text);
  if (status < 200 || status > 299) {
    throw new ApiProblem(status, detail(answer, `${status} ${statusText}`.trimEnd()));
  }
  if (answer === undefined) {
    throw problem(status, 'not_json', common.server.isNoJson);
  }
  // The only place where JSON becomes a type. Both sides are generated from the same models.
  return answer as T;
}

function problem(status: number, code: string, message: string): ApiProblem {
  return new ApiProblem(status, { code, message, field: null, retry_after_s: null });
}

function parsed(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

/** Returns the server's `Problem`, or one made from the status if something else answered. */
function detail(answer: unknown, status: string): ProblemDetail {
  const error = isRecord(answer) ? answer['error'] : undefined;
  if (!isRecord(error) || typeof error['message'] !== 'string') {
    return {
      code: 'http_error',
      message: common.server.answered(status),
      field: null,
      retry_after_s: null,
    };
  }
  const { code, message, field, retry_after_s: wait } = error;
  return {
    code: typeof code === 'string' ? code : 'http_error',
    message,
    field: typeof field === 'string' ? field : null,
    retry_after_s: typeof wait === 'number' ? wait : null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

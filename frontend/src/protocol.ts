// Generated from the Python models by `python -m backend.cli.typescript`. Do not edit.
export const PROTOCOL_VERSION = 2;

/** The command took effect, now or when its id was first used. */
export interface Ack {
  readonly type: "ack";
  readonly id: string;
  readonly thread_id: string | null;
  readonly item_id: string | null;
  readonly run_id: string | null;
}

export interface Action {
  readonly kind: "approval" | "question";
  /** The name by which the tool can be allowed for good. */
  readonly tool: string;
  /** The question; empty for an approval. */
  readonly message: string;
  /** JSON Schema of the arguments that may be approved, or of the answer. */
  readonly form: { readonly [key: string]: JsonValue };
  /** The arguments as the model wrote them: JSON text. */
  readonly arguments: string;
  /** Seconds since the Unix epoch, as in every `…_at` field. */
  readonly asked_at: number;
  readonly expires_at: number;
  /** None while it waits. */
  readonly resolution: Resolution | null;
}

/**
 * Decides on items that wait (`awaiting_approval`), all of one run: on all of them or on none.
 *
 * An approval is allowed or denied, a question answered or skipped.
 */
export interface ActionResolve {
  readonly id: string;
  readonly type: "action.resolve";
  readonly item_ids: readonly string[];
  readonly decision: "allow" | "deny" | "answer" | "skip";
  /** Allow the tool for good: in this thread, or wherever this visitor is. */
  readonly scope?: "once" | "thread" | "everywhere";
  /**
   * Other arguments to make the one call with, or the answer to the one question: an object, or
   * JSON text of one, of which no digit is lost on the way.
   */
  readonly arguments?: { readonly [key: string]: JsonValue } | string | null;
  /** Of a denial, which the model is told. */
  readonly reason?: string | null;
}

export interface ApiKeyUpdate {
  readonly api_key: string;
  /** Whether the upstream must accept the key before it is stored. */
  readonly verify?: boolean;
}

export interface ApprovalUpdate {
  /** Null means what its declaration says. */
  readonly approval: "never" | "ask" | "always_allow" | null;
}

/** A field that is left out stays the same. */
export interface AssistantChange {
  readonly name?: string | null;
  readonly model?: string | null;
  readonly instructions?: string | null;
  readonly tools?: readonly string[] | null;
  /** All of them: one that is left out here becomes null. */
  readonly parameters?: Parameters | null;
}

export interface AssistantInfo {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly instructions: string;
  readonly tools: readonly string[];
  readonly parameters: Parameters;
  /** The reasoning efforts that may be chosen for a message; none where the upstream takes none. */
  readonly efforts: readonly ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max")[];
  /** The parameters that the model has refused, in words. */
  readonly left_out: readonly string[];
  /** Whether it answers where no other is chosen. */
  readonly is_default: boolean;
}

export interface AssistantList {
  /** Sorted by name. */
  readonly assistants: readonly AssistantInfo[];
}

/**
 * Text, pictures and files in the order in which the model made them.
 *
 * A `text` delta with index i appends to content[i] or, if i is the next index, creates it.
 */
export interface AssistantMessage {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  readonly type: "assistant_message";
  readonly content: readonly MessagePart[];
  readonly refusal: string | null;
}

export interface AssistantUpdate {
  readonly name: string;
  readonly model: string;
  readonly instructions?: string;
  readonly tools?: readonly string[];
  readonly parameters?: Parameters;
}

export interface BuiltinInfo {
  readonly name: string;
  readonly approval: "never" | "ask" | "always_allow";
  readonly default_approval: "never" | "ask" | "always_allow";
}

/** One thing that was tried, or could not be. */
export interface Check {
  readonly type: "check";
  readonly name: "upstream" | "key" | "model" | "streaming" | "tools" | "images" | "embeddings";
  /** The name for people. */
  readonly title: string;
  readonly verdict: "ok" | "warning" | "failed" | "skipped";
  /** What was seen, in a sentence or two. */
  readonly found: string;
  /** What to do about it, where `found` does not say that itself. */
  readonly mend: string | null;
}

/** Code in a sandbox: Python, commands of a shell, or a patch of a file. */
export interface CodeInterpreterCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it. */
  readonly duration_ms: number | null;
  /**
   * What it waits for from outside, or waited for. It waits while the status is
   * `awaiting_approval`.
   */
  readonly required_action: Action | null;
  readonly type: "code_interpreter_call";
  readonly language: "python" | "shell" | "diff";
  readonly code: string;
  /** A `logs` delta with index i appends to outputs[i] or, if i is the next index, creates it. */
  readonly outputs: readonly CodeOutput[];
}

export interface CodeInterpreterState {
  /** `hosted` if the upstream in use runs code itself, else the state of the sandbox here. */
  readonly state: "hosted" | "preparing" | "ready" | "unavailable";
  /** The confinement of code that runs here. */
  readonly isolation: string | null;
  /** The step of the preparation, or why the tool is unavailable and how to mend that. */
  readonly detail: string | null;
  /** From 0 to 1, during the preparation. */
  readonly progress: number | null;
  /** Whether the preparation failed and may succeed another time. */
  readonly can_be_retried: boolean;
}

export interface CodeLogs {
  readonly type: "logs";
  readonly logs: string;
}

export interface DocumentPart {
  /** Such as `page 3`; None where the document has no such places. */
  readonly location: string | null;
  readonly text: string;
}

/** Each passage is part of one of the parts, word for word. */
export interface DocumentText {
  readonly parts: readonly DocumentPart[];
}

/** The command with this `id`, or the frame if it had none, did nothing. */
export interface Error {
  readonly type: "error";
  readonly id: string | null;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly run_id: string | null;
}

export interface FileCitation {
  /** Where the annotated range of the text begins. Equal to `end` if it is a point. */
  readonly start: number;
  readonly end: number;
  readonly type: "file_citation";
  readonly file_id: string;
  readonly filename: string | null;
  /** The cited passage. */
  readonly quote: string | null;
  /** Where the passage is in the file: `page 3`, `lines 10–24`. */
  readonly location: string | null;
}

export interface FileInfo {
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  /** Bytes. */
  readonly size: number;
  readonly purpose: "knowledge" | "attachment" | "generated";
  readonly status: "in_progress" | "completed" | "failed";
  /** Why it failed: a sentence. */
  readonly error: string | null;
  /** What may be wrong with its text although it was read: a sentence. */
  readonly note: string | null;
  /** Seconds since the Unix epoch. */
  readonly created_at: number;
  /** Where it is searched. Its content is on this server in either case. */
  readonly place: "here" | "upstream";
}

export interface FileLimits {
  readonly max_file_bytes: number;
  readonly max_files_per_message: number;
  /** Extensions of files that may be uploaded as knowledge, each with its dot. */
  readonly knowledge: readonly string[];
  /** Extensions of files that may be attached; pictures need none. */
  readonly attachment: readonly string[];
}

export interface FilePage {
  /** Newest first. */
  readonly files: readonly FileInfo[];
  readonly next_cursor: string | null;
}

/** A file as it was when it was sent or made. The file itself may be deleted by now. */
export interface FilePart {
  readonly type: "file";
  readonly file_id: string;
  readonly name: string;
  readonly media_type: string;
  /** Bytes. */
  readonly size: number | null;
}

/** A file that the assistant made and its text links to. */
export interface FilePath {
  /** Where the annotated range of the text begins. Equal to `end` if it is a point. */
  readonly start: number;
  readonly end: number;
  readonly type: "file_path";
  readonly file_id: string;
  readonly filename: string | null;
}

export interface FileSearchCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it. */
  readonly duration_ms: number | null;
  /**
   * What it waits for from outside, or waited for. It waits while the status is
   * `awaiting_approval`.
   */
  readonly required_action: Action | null;
  readonly type: "file_search_call";
  readonly queries: readonly string[];
  readonly results: readonly FileSearchResult[];
}

export interface FileSearchResult {
  readonly file_id: string;
  readonly filename: string | null;
  readonly score: number | null;
  readonly text: string | null;
  readonly location: string | null;
}

export interface FileSearchState {
  /** Where the upstream in use has knowledge files indexed. */
  readonly place: "here" | "upstream";
  /** Number of knowledge files that are searched. */
  readonly files: number;
  /** Anything else to know, such as files that are indexed at another upstream. */
  readonly detail: string | null;
}

export interface FilesDeleted {
  readonly deleted: number;
}

/** A point of the path at which other branches begin. */
export interface Fork {
  /** The item before that point, or None if the branches are alternatives to the first message. */
  readonly parent_id: string | null;
  /** All children of the item, oldest first. */
  readonly item_ids: readonly string[];
}

export interface FunctionCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it. */
  readonly duration_ms: number | null;
  /**
   * What it waits for from outside, or waited for. It waits while the status is
   * `awaiting_approval`.
   */
  readonly required_action: Action | null;
  readonly type: "function_call";
  readonly name: string;
  /** JSON text, which may be incomplete while the status is `in_progress`. */
  readonly arguments: string;
  /** What people see in place of the name. */
  readonly title: string | null;
  /** An emoji. */
  readonly icon: string | null;
  /** Text and JSON, which the model and a widget get, and pictures and files, which are shown. */
  readonly outputs: readonly (TextPart | ImagePart | FilePart | JsonPart)[];
  /** The widget that the function asks for. None: the one that is called like the function. */
  readonly widget: string | null;
  readonly progress: Progress | null;
}

export interface FunctionInfo {
  readonly name: string;
  readonly title: string | null;
  /** An emoji. */
  readonly icon: string | null;
  readonly description: string;
  readonly parameters: { readonly [key: string]: unknown };
  readonly strict: boolean;
  /** Whether somebody is asked before a call. */
  readonly approval: "never" | "ask" | "always_allow";
  /** What its declaration says. */
  readonly default_approval: "never" | "ask" | "always_allow";
}

export interface FunctionList {
  /** Sorted by name. */
  readonly functions: readonly FunctionInfo[];
  readonly problems: readonly FunctionProblemInfo[];
  /** The tools that run here, and can ask before a call as well. */
  readonly builtins: readonly BuiltinInfo[];
  /** Tools elsewhere, such as those of MCP servers, for which there is a policy. */
  readonly others: readonly BuiltinInfo[];
}

/** Why a file, or a function of it, is left out. */
export interface FunctionProblemInfo {
  /** The file, or the entry point of a package. */
  readonly source: string;
  readonly error: string;
}

export interface GrantInfo {
  readonly tool: string;
  /** The thread on which it is allowed; null for all of yours. */
  readonly thread_id: string | null;
  /** The thread's. */
  readonly title: string | null;
}

export interface GrantList {
  readonly grants: readonly GrantInfo[];
}

/** The first frame of every socket. */
export interface Hello {
  readonly type: "hello";
  readonly protocol: number;
  /** New at each start of the server. `after=epoch:seq` resumes only within one epoch. */
  readonly epoch: string;
  readonly thread_id: string | null;
  readonly seq: number;
  readonly upstream: string;
  readonly active_run: Run | null;
}

/** A picture that a model made: a file of this server, once it is finished. */
export interface ImageGenerationCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it. */
  readonly duration_ms: number | null;
  /**
   * What it waits for from outside, or waited for. It waits while the status is
   * `awaiting_approval`.
   */
  readonly required_action: Action | null;
  readonly type: "image_generation_call";
  readonly prompt: string | null;
  readonly file_id: string | null;
  readonly filename: string | null;
  readonly media_type: string | null;
  /** Bytes. */
  readonly size: number | null;
  /** How many unfinished pictures have come. The newest is at `/api/previews/{id}` for a while. */
  readonly previews: number;
}

/** An image: a file of this server, or a URL. */
export interface ImagePart {
  readonly type: "image";
  readonly file_id: string | null;
  /** What it shows, for those who cannot see it. */
  readonly alt: string | null;
  readonly url: string | null;
  readonly name: string | null;
  readonly media_type: string | null;
  /** Bytes. */
  readonly size: number | null;
}

/** A new last item. Items that followed its parent before leave the path. */
export interface ItemAdded {
  readonly seq: number;
  readonly type: "item.added";
  readonly item: Item;
  /** The command that added the item, by which a page recognizes its own message. */
  readonly command_id: string | null;
}

/** Annotates the text at `index` of a message's content. */
export interface ItemAnnotated {
  readonly seq: number;
  readonly type: "item.annotation";
  readonly item_id: string;
  readonly index: number;
  readonly annotation: ItemAnnotation;
}

/** Text for `field` at `offset`. The part before the field's current end is a duplicate. */
export interface ItemDelta {
  readonly seq: number;
  readonly type: "item.delta";
  readonly item_id: string;
  readonly field: DeltaField;
  readonly index: number;
  /** UTF-16 code units. */
  readonly offset: number;
  readonly delta: string;
}

/** The final state of an item. It replaces the old one. */
export interface ItemDone {
  readonly seq: number;
  readonly type: "item.done";
  readonly item: Item;
}

/** The new state of an item, such as another status. It replaces the old one. */
export interface ItemUpdated {
  readonly seq: number;
  readonly type: "item.updated";
  readonly item: Item;
}

export interface JsonPart {
  readonly type: "json";
  readonly value: JsonValue;
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface KeyState {
  readonly present: boolean;
  /** Only of keys of at least 12 characters. */
  readonly last_four: string | null;
}

/** A model server that answers on this machine, at the usual port of its kind. */
export interface LocalServer {
  readonly type: "local_server";
  /** What usually listens there, such as `Ollama`. */
  readonly name: string;
  readonly base_url: string;
  /** The first of those that it lists. */
  readonly models: readonly string[];
  readonly needs_key: boolean;
  /** Whether the settings lead there already. */
  readonly in_use: boolean;
}

/** A call that the upstream made on an MCP server, or the server's list of tools (`list_tools`). */
export interface McpCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it. */
  readonly duration_ms: number | null;
  /**
   * What it waits for from outside, or waited for. It waits while the status is
   * `awaiting_approval`.
   */
  readonly required_action: Action | null;
  readonly type: "mcp_call";
  readonly server_label: string;
  readonly name: string;
  readonly arguments: string;
  readonly output: string | null;
}

/**
 * Replaces a user message on the path and starts a run.
 *
 * The former message and everything after it are kept as a branch.
 */
export interface MessageEdit {
  readonly id: string;
  /** The sender's IANA time zone, so that "tomorrow" is the visitor's. */
  readonly timezone?: string | null;
  /** The sender's language and region, such as `pt-BR`. Functions get it. */
  readonly locale?: string | null;
  /** Who answers, now and to later messages of the thread. Null leaves that as it is. */
  readonly assistant_id?: string | null;
  /** Each one that is not null takes the place of the assistant's own, for this run. */
  readonly parameters?: Parameters | null;
  readonly type: "message.edit";
  readonly item_id: string;
  readonly text: string;
}

/** Adds a user message and starts a run, in a new thread if the socket has none. */
export interface MessageSend {
  readonly id: string;
  /** The sender's IANA time zone, so that "tomorrow" is the visitor's. */
  readonly timezone?: string | null;
  /** The sender's language and region, such as `pt-BR`. Functions get it. */
  readonly locale?: string | null;
  /** Who answers, now and to later messages of the thread. Null leaves that as it is. */
  readonly assistant_id?: string | null;
  /** Each one that is not null takes the place of the assistant's own, for this run. */
  readonly parameters?: Parameters | null;
  readonly type: "message.send";
  readonly text: string;
  readonly file_ids?: readonly string[];
}

export interface ModelList {
  readonly models: readonly string[];
  /** Whether this is the short built-in list, since the upstream could not be asked. */
  readonly fallback: boolean;
  readonly problem: string | null;
}

export interface Parameters {
  readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
  readonly verbosity?: "low" | "medium" | "high" | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  /** Tokens of the answer, those of its reasoning included. */
  readonly max_output_tokens?: number | null;
  readonly service_tier?: "auto" | "default" | "flex" | "priority" | null;
  /** The JSON Schema of an object, which the answer then is: structured output. */
  readonly output_schema?: { readonly [key: string]: unknown } | null;
}

export interface Ping {
  readonly id: string;
  readonly type: "ping";
}

export interface Pong {
  readonly type: "pong";
  readonly id: string;
}

/** The body of every error answer. */
export interface Problem {
  readonly error: ProblemDetail;
}

export interface ProblemDetail {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
  readonly retry_after_s: number | null;
}

/** How far a call is, as its function last said. */
export interface Progress {
  /** From 0 to 1; None if unknown. */
  readonly fraction: number | null;
  readonly message: string | null;
}

export interface Reasoning {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  readonly type: "reasoning";
  readonly summary: readonly string[];
}

/** A part of an upload that was refused. */
export interface RefusedFile {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

export interface Resolution {
  readonly decision: "allow" | "deny" | "answer" | "skip" | "expire";
  readonly by: "visitor" | "script" | "rule" | "time";
  readonly at: number;
  /** For what the decision counts from now on. */
  readonly scope: "once" | "thread" | "everywhere";
  readonly reason: string | null;
  /** The arguments as JSON text, if they were changed before the call was allowed. */
  readonly arguments: string | null;
}

/** The assistant's work on one user message, up to a terminal status. */
export interface Run {
  readonly id: string;
  readonly thread_id: string;
  /** The item that the run continues from: a user message or, in a retry, perhaps a tool call. */
  readonly parent_id: string | null;
  readonly status: RunStatus;
  readonly upstream: string;
  readonly model: string | null;
  readonly assistant_id: string | null;
  readonly assistant_name: string | null;
  /** What the answer was asked for with, if anything was chosen. */
  readonly parameters: Parameters | null;
  /** Those parameters that the message chose in place of the assistant's own. */
  readonly overrides: Parameters | null;
  /** Sentences about what was done otherwise than asked for. */
  readonly notes: readonly string[];
  readonly error: RunError | null;
  readonly usage: Usage | null;
  /** Seconds since the Unix epoch, as in every `…_at` field. */
  readonly created_at: number;
  readonly finished_at: number | null;
  /** When the first thing that it waits for is given up, while the status is `requires_action`. */
  readonly expires_at: number | null;
}

/** Stops a run here and at the upstream. The partial message is kept. */
export interface RunCancel {
  readonly id: string;
  readonly type: "run.cancel";
  readonly run_id: string;
}

/** Why a run did not complete: a stable code, and a message that says what to do. */
export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retry_after_s: number | null;
}

/** Exactly one per run. */
export interface RunFinished {
  readonly seq: number;
  readonly type: "run.finished";
  readonly run: Run;
}

/**
 * Starts the last run of the path again and keeps its answer as a branch.
 *
 * If the run did not complete, tool calls with an output are kept and not repeated. Without
 * `parameters` those of the former message count.
 */
export interface RunRetry {
  readonly id: string;
  /** The sender's IANA time zone, so that "tomorrow" is the visitor's. */
  readonly timezone?: string | null;
  /** The sender's language and region, such as `pt-BR`. Functions get it. */
  readonly locale?: string | null;
  /** Who answers, now and to later messages of the thread. Null leaves that as it is. */
  readonly assistant_id?: string | null;
  /** Each one that is not null takes the place of the assistant's own, for this run. */
  readonly parameters?: Parameters | null;
  readonly type: "run.retry";
  readonly run_id: string;
}

export interface RunStarted {
  readonly seq: number;
  readonly type: "run.started";
  readonly run: Run;
}

/** The run waits for somebody now, or goes on. */
export interface RunUpdated {
  readonly seq: number;
  readonly type: "run.updated";
  readonly run: Run;
}

export interface SessionState {
  /** Whether there is a session to end. Without an access token there is none. */
  readonly logged_in: boolean;
}

/** Where a setting comes from, and whether a change in `.env` would have any effect. */
export interface SettingSource {
  /** Upper case, as in `.env`. */
  readonly name: string;
  readonly source: "command_line" | "environment" | "env_file" | "default";
  readonly writable: boolean;
}

/** The state after a change. */
export interface SetupAnswer {
  readonly state: SetupState;
  /** For instance that the environment overrides the setting that was just written. */
  readonly warnings: readonly string[];
}

export interface SetupState {
  readonly upstream: UpstreamState;
  readonly api_key: KeyState;
  /** The default one. */
  readonly assistant: AssistantInfo | null;
  /** What `ASSISTANT_ID` says. */
  readonly assistant_id: string | null;
  /** All of them, sorted by name. */
  readonly assistants: readonly AssistantInfo[];
  readonly functions: readonly FunctionInfo[];
  readonly function_problems: readonly FunctionProblemInfo[];
  readonly file_search: FileSearchState;
  readonly code_interpreter: CodeInterpreterState;
  /** Every tool that an assistant may be given, functions as `function:NAME`. */
  readonly tools: readonly string[];
  /**
   * Those that the upstream in use runs itself. With `mcp` an assistant may also be given
   * `mcp:LABEL=URL`, a server whose tools the upstream calls.
   */
  readonly hosted_tools: readonly string[];
  readonly missing: readonly Missing[];
  readonly ready: boolean;
  readonly settings: readonly SettingSource[];
  /** The name of the file, without its folder. */
  readonly env_file: string;
}

/** The whole thread as of `seq`, sent if the events since then cannot be replayed. */
export interface Snapshot {
  readonly type: "snapshot";
  readonly seq: number;
  readonly thread: Thread;
  /** The path from the root to the head. */
  readonly items: readonly Item[];
  /** The runs that went on from one of these items, oldest first. */
  readonly runs: readonly Run[];
  /** Where other branches begin, in the order of the path. */
  readonly forks: readonly Fork[];
  readonly active_run: Run | null;
}

export interface TextPart {
  readonly type: "text";
  readonly text: string;
  readonly annotations: readonly ItemAnnotation[];
}

/** A thread as clients see it. Times are seconds since the Unix epoch. */
export interface Thread {
  readonly id: string;
  readonly title: string;
  /** The last item of the path. */
  readonly head_id: string | null;
  readonly pinned: boolean;
  /** The assistant that was chosen for this thread; None is the default one. */
  readonly assistant_id: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface ThreadPage {
  readonly threads: readonly ThreadSummary[];
  /** For the next page; None where this is the last. */
  readonly next_cursor: string | null;
}

export interface ThreadQuery {
  readonly limit?: number;
  readonly cursor?: string | null;
  /** Beginnings of words; one title or message has to hold them all. */
  readonly query?: string;
}

export interface ThreadSummary {
  readonly id: string;
  readonly title: string;
  readonly pinned: boolean;
  /** The assistant that was chosen for it; null for the default one. */
  readonly assistant_id: string | null;
  /** Seconds since the Unix epoch, like every time here. */
  readonly created_at: number;
  /** When a run last began. */
  readonly updated_at: number;
  /** Whether a run is active. */
  readonly active: boolean;
  /** Whether it waits for somebody to allow a call or to answer a question. */
  readonly waits: boolean;
  /** The text around a match: plain text, each match between U+E000 and U+E001. */
  readonly snippet: string | null;
}

/** Switches to the path through this item that ends with the newest item after it. */
export interface ThreadSwitch {
  readonly id: string;
  readonly type: "thread.switch";
  readonly head_id: string;
}

/** A field that is left out stays the same. */
export interface ThreadUpdate {
  readonly title?: string | null;
  readonly pinned?: boolean | null;
  /** Who answers to later messages. */
  readonly assistant_id?: string | null;
}

/** The new state of the thread. Items after `thread.head_id` leave the path. */
export interface ThreadUpdated {
  readonly seq: number;
  readonly type: "thread.updated";
  readonly thread: Thread;
}

export interface UploadAnswer {
  readonly files: readonly FileInfo[];
  readonly refused: readonly RefusedFile[];
}

export interface UpstreamState {
  /** The setting. */
  readonly choice: string;
  /** All that may be chosen, sorted; `auto` is not among them. */
  readonly available: readonly string[];
  /** The upstream in use; None if `auto` could not find out, and `problem` says why. */
  readonly name: string | null;
  /** The setting, without credentials; None means the upstream's own default. */
  readonly base_url: string | null;
  /** Why the upstream, or its assistant, could not be read. */
  readonly problem: string | null;
  /** Whether the server has switched the Assistants API off: all of it is 404. */
  readonly retired: boolean;
}

export interface UpstreamUpdate {
  readonly upstream: string;
  /** None or empty restores the default. */
  readonly base_url?: string | null;
}

export interface UrlCitation {
  /** Where the annotated range of the text begins. Equal to `end` if it is a point. */
  readonly start: number;
  readonly end: number;
  readonly type: "url_citation";
  readonly url: string;
  readonly title: string | null;
}

/** Tokens of a whole run, summed over its rounds. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly reasoning_tokens: number;
  readonly cached_tokens: number;
}

/** What a person wrote, and the files that came with it, pictures among them, in no order. */
export interface UserMessage {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  readonly type: "user_message";
  readonly text: string;
  readonly files: readonly FilePart[];
}

export interface WebSearchCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it. */
  readonly duration_ms: number | null;
  /**
   * What it waits for from outside, or waited for. It waits while the status is
   * `awaiting_approval`.
   */
  readonly required_action: Action | null;
  readonly type: "web_search_call";
  /** `search`, `open_page` or `find_in_page`. */
  readonly action: string | null;
  /** What was searched for: the web, or the text of a page. */
  readonly queries: readonly string[];
  /** The sources of a search, or the page that was opened. */
  readonly urls: readonly string[];
}

export type ItemStatus =
  | "in_progress"
  | "awaiting_approval"
  | "running"
  | "completed"
  | "failed"
  | "denied"
  | "cancelled"
  | "incomplete";

export type RunStatus =
  | "queued"
  | "in_progress"
  | "requires_action"
  | "cancelling"
  | "completed"
  | "incomplete"
  | "failed"
  | "cancelled"
  | "expired";

export type TerminalStatus = "completed" | "incomplete" | "failed" | "cancelled" | "expired";

export type DeltaField = "text" | "refusal" | "arguments" | "code" | "logs" | "summary";

export type Missing = "api_key" | "assistant" | "upstream";

export type ItemAnnotation = FileCitation | UrlCitation | FilePath;

export type CodeOutput = CodeLogs | ImagePart | FilePart;

export type MessagePart = TextPart | ImagePart | FilePart;

export type Item =
  | UserMessage
  | AssistantMessage
  | Reasoning
  | FunctionCall
  | CodeInterpreterCall
  | FileSearchCall
  | WebSearchCall
  | ImageGenerationCall
  | McpCall;

export type ThreadEvent =
  | RunStarted
  | RunUpdated
  | RunFinished
  | ItemAdded
  | ItemDelta
  | ItemUpdated
  | ItemDone
  | ItemAnnotated
  | ThreadUpdated;

export type ServerMessage =
  | Hello
  | Snapshot
  | RunStarted
  | RunUpdated
  | RunFinished
  | ItemAdded
  | ItemDelta
  | ItemUpdated
  | ItemDone
  | ItemAnnotated
  | ThreadUpdated
  | Ack
  | Error
  | Pong;

export type Finding = Check | LocalServer;

export type ClientMessage =
  | MessageSend
  | MessageEdit
  | RunRetry
  | ThreadSwitch
  | RunCancel
  | ActionResolve
  | Ping;

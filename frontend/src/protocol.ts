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
  /** Whether the function asks in the middle of its call, which is made again once this is decided. */
  readonly within: boolean;
  /** Why the function could not take an answer that it got before to the same question. */
  readonly problem: string | null;
  /** The MCP server that asks, where it is not this one. */
  readonly asker: string | null;
  /** An address that somebody is asked to open, before they allow the call to go on. */
  readonly url: string | null;
  /** Whether the call is kept open until there is an answer, so that it ends with the process. */
  readonly held: boolean;
  /** Why it is asked again, where its server has changed the tool. */
  readonly changes: readonly ToolChange[];
  /** What the same call waited for before, oldest first. */
  readonly earlier: readonly Action[];
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

/** What an app tells the model of its state, with a message of the reader's, who has seen it. */
export interface AppContext {
  /** Of the app. */
  readonly title: string;
  readonly text: string;
}

/** The other origins that an app asks for, by what for. Of none it may load or send anything. */
export interface AppDomains {
  /** Requests and sockets. */
  readonly connect: readonly string[];
  /** Scripts, styles, pictures, fonts, media. */
  readonly resource: readonly string[];
  /** Frames within it. */
  readonly frame: readonly string[];
  /** What its `<base>` may name. */
  readonly base_uri: readonly string[];
}

export interface AppInfo {
  readonly title: string | null;
  readonly prefers_border: boolean | null;
  /** The other origins that it may load from: those that it asks for and `APP_DOMAINS` allows. */
  readonly granted: AppDomains;
  /** The others that it asks for. */
  readonly refused: readonly string[];
  /** What it may call; see `AppPart`. */
  readonly tools: { readonly [key: string]: string } | null;
  /** The tool that brought it, if that is one of an MCP server, from which it may read. */
  readonly tool: AppTool | null;
}

/** An app, with what it is given beside the arguments and the output of its call. */
export interface AppPart {
  readonly type: "app";
  /** The file of this server that holds its page: HTML with all its scripts and styles. */
  readonly file_id: string;
  readonly title: string | null;
  /** For the app alone: the model is not told. */
  readonly data: { readonly [key: string]: JsonValue } | null;
  /** The `_meta` of the result, for the app alone. */
  readonly meta: { readonly [key: string]: JsonValue } | null;
  readonly domains: AppDomains;
  /**
   * What it may call, of its own MCP server: the server's names, and those in this chat. None: the
   * functions of this server.
   */
  readonly tools: { readonly [key: string]: string } | null;
  /** None leaves it to the chat whether a border is drawn. */
  readonly prefers_border: boolean | null;
}

/** What an app reads of its server: a text or, in base64, bytes. */
export interface AppResource {
  readonly uri: string;
  readonly mime_type: string | null;
  readonly text: string | null;
  readonly blob: string | null;
}

export interface AppResources {
  readonly contents: readonly AppResource[];
}

/** A tool as its server describes it to apps. */
export interface AppTool {
  readonly name: string;
  readonly title: string | null;
  readonly description: string;
  readonly input_schema: { readonly [key: string]: unknown };
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
  /** All of it: what is left out here becomes empty. */
  readonly start?: StartScreen | null;
}

export interface AssistantInfo {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly instructions: string;
  readonly tools: readonly string[];
  readonly parameters: Parameters;
  /** What an empty chat shows of it. */
  readonly start: StartScreen;
  /** The reasoning efforts that may be chosen for a message; none where the upstream takes none. */
  readonly efforts: readonly ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max")[];
  /** Likewise. */
  readonly verbosities: readonly ("low" | "medium" | "high")[];
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
  readonly start?: StartScreen;
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
  /** The upstream's id of a call that this server runs or allows, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it, or saw the upstream run it. */
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

/** Money, by the prices that were set when the run ended. */
export interface Cost {
  readonly amount: number;
  /** By its ISO 4217 code. */
  readonly currency: string;
}

/** Whether messages can be spoken. */
export interface DictationState {
  /** The one that writes down what is said, None where nothing can be. */
  readonly model: string | null;
  readonly obstacle: "demo" | "other_upstream" | "no_model" | "off" | "api_key" | null;
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

export interface Feedback {
  readonly rating: "up" | "down";
  readonly comment: string;
  /** When it was given or last changed, in seconds since the Unix epoch. */
  readonly at: number;
}

export interface FeedbackUpdate {
  readonly rating: "up" | "down";
  readonly comment?: string;
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
  /** Where it was read: `server · uri` if an MCP server gave it. */
  readonly origin: string | null;
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
  /** Where it was read, for people: `server · uri` if an MCP server gave it. */
  readonly origin: string | null;
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
  /** The upstream's id of a call that this server runs or allows, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it, or saw the upstream run it. */
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
  /** The upstream's id of a call that this server runs or allows, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it, or saw the upstream run it. */
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
  /** An emoji, or the name of an icon of the page. */
  readonly icon: string | null;
  /** Text and JSON, which the model and a widget get, and pictures and files, which are shown. */
  readonly outputs: readonly (TextPart | ImagePart | FilePart | JsonPart | AppPart)[];
  /** The widget that the function asks for. None: the one that is called like the function. */
  readonly widget: string | null;
  readonly progress: Progress | null;
  /** Whether an app shows the call while it is under way, too: the one at `/api/apps/{id}`. */
  readonly has_app: boolean;
}

export interface FunctionInfo {
  readonly name: string;
  readonly title: string | null;
  /** An emoji, or the name of an icon of the page. */
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
  /** The servers whose tools can be decided on together. */
  readonly sources: readonly SourcePolicy[];
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

/** The first frame of every socket, sent once more where another epoch begins. */
export interface Hello {
  readonly type: "hello";
  readonly protocol: number;
  /**
   * New where another process works on the thread, and so at each start of the server.
   * `after=epoch:seq` resumes only within one epoch.
   */
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
  /** The upstream's id of a call that this server runs or allows, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it, or saw the upstream run it. */
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

export interface ItemPage {
  readonly items: readonly Item[];
  /** For the next page; None where this is the last. */
  readonly next_cursor: string | null;
  /** With `before`: the runs that went on from one of these items, oldest first. */
  readonly runs: readonly Run[];
  /** With `before`: where other branches begin. */
  readonly forks: readonly Fork[];
  /** With `before`: that of the next older page; None where this one begins the thread. */
  readonly before: string | null;
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

export interface McpAttached {
  /** To be named in a message. */
  readonly files: readonly FileInfo[];
  /** How many there were beyond those that a message may carry. */
  readonly left_out: number;
}

/** A call that the upstream made on an MCP server, or the server's list of tools (`list_tools`). */
export interface McpCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs or allows, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it, or saw the upstream run it. */
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

/** An argument of a prompt or of a template, as far as its value is written. */
export interface McpCompletionRequest {
  readonly prompt?: string | null;
  readonly template?: string | null;
  readonly argument: string;
  readonly value?: string;
  /** Of other arguments. */
  readonly values?: { readonly [key: string]: string };
}

export interface McpCompletions {
  readonly values: readonly string[];
}

export interface McpLeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface McpLoginBegun {
  /** Of the authorization server. It leads back here within ten minutes. */
  readonly address: string;
}

export interface McpLoginInfo {
  /** The authorization server that gave the token. */
  readonly issuer: string | null;
  /** Unix time of the token's end; null where nobody said. */
  readonly expires_at: number | null;
  /** Whether the token is renewed by itself when it ends. */
  readonly renewed: boolean;
}

export interface McpOffersQuery {
  /** Words, all of which an entry has in its server, name, address or description. */
  readonly query?: string;
  readonly server?: string | null;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** How many of each kind the servers have that are connected. */
export interface McpOffersSummary {
  readonly resources: number;
  readonly templates: number;
  readonly prompts: number;
  /** Whether a server is still starting or being listed: there may be more in a moment. */
  readonly pending: boolean;
}

export interface McpPlace {
  /**
   * Whether the upstream in use calls the server's tools itself. It is sent the server's address,
   * headers and login, and no other upstream ever is.
   */
  readonly there: boolean;
}

export interface McpPromptArgument {
  readonly name: string;
  readonly title: string | null;
  readonly description: string;
  readonly required: boolean;
}

export interface McpPromptChoice {
  readonly prompt: string;
  readonly values?: { readonly [key: string]: string };
}

export interface McpPromptFilled {
  /** To be named in a message. */
  readonly files: readonly FileInfo[];
  /** How many there were beyond those that a message may carry. */
  readonly left_out: number;
  /** The messages of the prompt, for somebody to edit and send. */
  readonly text: string;
}

export interface McpPromptInfo {
  readonly server: string;
  readonly name: string;
  readonly title: string | null;
  readonly description: string;
  readonly arguments: readonly McpPromptArgument[];
  /** Whether the server knows how values go on. */
  readonly completes: boolean;
}

export interface McpPromptPage {
  readonly next_cursor: string | null;
  /** Of all pages. */
  readonly total: number;
  /** Whether a server is still starting or being listed: there may be more in a moment. */
  readonly pending: boolean;
  /** Why some servers have nothing in this list, a sentence each. */
  readonly problems: readonly string[];
  readonly prompts: readonly McpPromptInfo[];
}

/** A resource by its address, or by a template and what fills it in. */
export interface McpResourceChoice {
  readonly uri?: string | null;
  readonly template?: string | null;
  readonly values?: { readonly [key: string]: string };
}

/** One of the contents of a resource: its text, its picture, or neither. */
export interface McpResourceContent {
  readonly uri: string;
  /** What its file would be called. */
  readonly name: string;
  readonly media_type: string | null;
  /** Bytes. */
  readonly size: number;
  /** Its beginning. */
  readonly text: string | null;
  /** Whether the text goes on. */
  readonly is_cut: boolean;
  /** Base64, where it is a png, jpeg, gif or webp picture of a few megabytes at most. */
  readonly picture: string | null;
}

export interface McpResourceInfo {
  readonly server: string;
  readonly uri: string;
  readonly name: string;
  readonly title: string | null;
  readonly description: string;
  readonly media_type: string | null;
  /** Bytes, where the server says. */
  readonly size: number | null;
}

export interface McpResourcePage {
  readonly next_cursor: string | null;
  /** Of all pages. */
  readonly total: number;
  /** Whether a server is still starting or being listed: there may be more in a moment. */
  readonly pending: boolean;
  /** Why some servers have nothing in this list, a sentence each. */
  readonly problems: readonly string[];
  readonly resources: readonly McpResourceInfo[];
}

export interface McpResourceRead {
  readonly contents: readonly McpResourceContent[];
  /** How many contents there were beyond those that a message may carry. */
  readonly left_out: number;
}

export interface McpServerInfo {
  readonly name: string;
  /** Null for an entry that cannot be used. */
  readonly kind: "stdio" | "http" | null;
  /** The command or the address, without secrets. */
  readonly target: string;
  /** Its entry in the configuration: JSON text with a mark in place of each secret. */
  readonly entry: string;
  readonly state: "starting" | "ready" | "failed" | "needs_login" | "disabled";
  /** Why it failed. */
  readonly reason: string | null;
  /** The end of what it wrote to its standard error, or logged. */
  readonly log: string;
  /** Of the protocol, once it is agreed on. */
  readonly version: string | null;
  /** How many times it was connected to since its entry was last changed. */
  readonly starts: number;
  /** Null where nobody has logged in. */
  readonly login: McpLoginInfo | null;
  /** Whether it has an address, and its configuration no token for it. */
  readonly can_log_in: boolean;
  /**
   * The upstream that calls its tools itself while it is in use; null where this server always
   * does.
   */
  readonly hosted_by: string | null;
  readonly tools: readonly McpToolInfo[];
  /** What it lists but nobody can use, and why. */
  readonly left_out: readonly McpLeftOut[];
}

export interface McpServerList {
  readonly servers: readonly McpServerInfo[];
  /** The name of the configuration, without its folder. */
  readonly file: string;
  /** Why that file cannot be read. */
  readonly problem: string | null;
  /**
   * The upstream in use, such as `https://api.openai.com`, where it can call the tools of servers
   * with an address itself.
   */
  readonly host: string | null;
}

export interface McpServerUpdate {
  /** JSON text. Where a secret stood, its mark keeps it. */
  readonly entry: string;
}

export interface McpServersToAdd {
  /** JSON as the READMEs of servers show it, with or without `mcpServers` around it. */
  readonly configuration: string;
  /** Whether the default assistant gets their tools. */
  readonly give?: boolean;
}

export interface McpServersToTry {
  readonly configuration: string;
}

export interface McpSwitch {
  readonly enabled: boolean;
}

export interface McpTemplateInfo {
  readonly server: string;
  readonly uri_template: string;
  readonly name: string;
  readonly title: string | null;
  readonly description: string;
  readonly media_type: string | null;
  readonly variables: readonly McpTemplateVariable[];
  /** Whether the server knows how values go on. */
  readonly completes: boolean;
}

export interface McpTemplatePage {
  readonly next_cursor: string | null;
  /** Of all pages. */
  readonly total: number;
  /** Whether a server is still starting or being listed: there may be more in a moment. */
  readonly pending: boolean;
  /** Why some servers have nothing in this list, a sentence each. */
  readonly problems: readonly string[];
  readonly templates: readonly McpTemplateInfo[];
}

export interface McpTemplateVariable {
  readonly name: string;
  readonly required: boolean;
}

export interface McpToolInfo {
  /** What the server calls it. */
  readonly name: string;
  /** What a model calls it. */
  readonly called: string;
  readonly title: string | null;
  readonly description: string;
  readonly enabled: boolean;
  /** Whether somebody is asked before a call. */
  readonly approval: "never" | "ask" | "always_allow";
  /** What the server's hints lead to. */
  readonly default_approval: "never" | "ask" | "always_allow";
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
  /**
   * Which model answers, now and to later messages of the thread. Empty goes back to the
   * assistant's own, null leaves that as it is.
   */
  readonly model?: string | null;
  /**
   * What the model is told on this thread from now on, after the assistant's own instructions.
   * Null leaves that as it is.
   */
  readonly instructions?: string | null;
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
  /**
   * Which model answers, now and to later messages of the thread. Empty goes back to the
   * assistant's own, null leaves that as it is.
   */
  readonly model?: string | null;
  /**
   * What the model is told on this thread from now on, after the assistant's own instructions.
   * Null leaves that as it is.
   */
  readonly instructions?: string | null;
  /** Each one that is not null takes the place of the assistant's own, for this run. */
  readonly parameters?: Parameters | null;
  readonly type: "message.send";
  readonly text: string;
  readonly file_ids?: readonly string[];
  /** What apps of the thread tell with it. The model is told whose words they are. */
  readonly contexts?: readonly SentContext[];
}

export interface ModelInfo {
  readonly id: string;
  /** The day on which the server switches it off, where it tells one. */
  readonly shutdown: string | null;
  /** The reasoning efforts that it has not refused; none where the upstream takes none. */
  readonly efforts: readonly ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max")[];
  /** Likewise. */
  readonly verbosities: readonly ("low" | "medium" | "high")[];
}

export interface ModelList {
  readonly models: readonly string[];
  /** What the upstream tells of them; none where it could not be asked. */
  readonly listed: readonly ModelInfo[];
  /** Whether this is the short built-in list, since the upstream could not be asked. */
  readonly fallback: boolean;
  readonly problem: string | null;
}

export interface ModelsQuery {
  /** Whether a list of the last minutes will do. */
  readonly cached?: boolean;
}

export interface NewShare {
  readonly id: string;
  /** The last item that is shown. */
  readonly head_id: string;
  /** Seconds since the Unix epoch. */
  readonly created_at: number;
  readonly expires_at: number;
  /** The link, which is told this once: nothing that is kept leads to it. */
  readonly url: string;
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
  readonly by: "visitor" | "script" | "rule" | "policy" | "time" | "asker";
  readonly at: number;
  /** For what the decision counts from now on. */
  readonly scope: "once" | "thread" | "everywhere";
  readonly reason: string | null;
  /** The arguments as JSON text, if they were changed before the call was allowed. */
  readonly arguments: string | null;
  /** To a question that a function asked within its call. `ask_user` has its answer as the output. */
  readonly answer: JsonValue;
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
  /** What it has taken so far; None where the upstream does not tell. */
  readonly usage: Usage | null;
  /** None where the model has no price. */
  readonly cost: Cost | null;
  /** How much the model read in the last round; None where the upstream keeps the thread. */
  readonly context_tokens: number | null;
  /** How much the model can read, its answer included, where that is known. */
  readonly context_length: number | null;
  /** The seconds that were spent on it, without those in which it waited for somebody. */
  readonly active_s: number | null;
  /** Seconds since the Unix epoch, as in every `…_at` field. */
  readonly created_at: number;
  readonly finished_at: number | null;
  /** When the first thing that it waits for is given up, while the status is `requires_action`. */
  readonly expires_at: number | null;
  /** What its reader thinks of the answer. */
  readonly feedback: Feedback | null;
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
 * What the reader thinks of the answer of a run, which has ended and may be on another branch.
 * `feedback` is null if it was taken back.
 */
export interface RunRated {
  readonly seq: number;
  readonly type: "run.rated";
  readonly run_id: string;
  readonly feedback: Feedback | null;
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
  /**
   * Which model answers, now and to later messages of the thread. Empty goes back to the
   * assistant's own, null leaves that as it is.
   */
  readonly model?: string | null;
  /**
   * What the model is told on this thread from now on, after the assistant's own instructions.
   * Null leaves that as it is.
   */
  readonly instructions?: string | null;
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

/** What an app tells the model of its state. */
export interface SentContext {
  /** The call that brought the app. One that is not on the path tells nothing. */
  readonly item_id: string;
  readonly text: string;
}

export interface SessionState {
  /** Whether there is a session to end. Without an access token there is none. */
  readonly logged_in: boolean;
}

/** Where a setting comes from, and whether a change here would have any effect. */
export interface SettingSource {
  /** Upper case, as in `.env`. */
  readonly name: string;
  readonly source: "command_line" | "environment" | "database" | "env_file" | "default";
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
  readonly dictation: DictationState;
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
  /**
   * How secrets are sealed where settings are kept in the database, for all processes, and not in that
   * file.
   */
  readonly sealed_with: "secret_key" | "kept_key" | null;
}

export interface ShareInfo {
  readonly id: string;
  /** The last item that is shown. */
  readonly head_id: string;
  /** Seconds since the Unix epoch. */
  readonly created_at: number;
  readonly expires_at: number;
}

export interface ShareList {
  /** Those that have not expired, newest first. */
  readonly shares: readonly ShareInfo[];
}

export interface ShareRequest {
  /** The last item to show, of any branch; null for the end of the branch that is shown now. */
  readonly head_id?: string | null;
  readonly expires_in_days?: number;
}

/**
 * The thread as of `seq`, sent if the events since then cannot be replayed.
 *
 * It is the whole thread, unless the socket was opened with `last=100` or so: then the end of its path
 * is enough for the reader, and `before` says whether there is more.
 */
export interface Snapshot {
  readonly type: "snapshot";
  readonly seq: number;
  readonly thread: Thread;
  /**
   * The path from the root to the head, or the last turns of it: at least as many items as the socket
   * asked for, or 256,000 characters of them, and always what is active or waits.
   */
  readonly items: readonly Item[];
  /** The runs that went on from one of these items, oldest first. */
  readonly runs: readonly Run[];
  /** Where other branches begin, in the order of the path. */
  readonly forks: readonly Fork[];
  readonly active_run: Run | null;
  /** The first of these items, if there are older ones: `GET /api/threads/{id}/items?before=…`. */
  readonly before: string | null;
}

/** What holds of all tools of a server for which nothing else is set. */
export interface SourcePolicy {
  /** Such as `mcp:NAME`. */
  readonly name: string;
  /** Null: what each tool declares. */
  readonly approval: "never" | "ask" | "always_allow" | null;
}

export interface StartScreen {
  readonly greeting?: string;
  /** A sentence or two below the greeting. */
  readonly introduction?: string;
  readonly suggestions?: readonly Suggestion[];
  /** What stands in the field for messages while that is empty. */
  readonly placeholder?: string;
}

/** A question to begin with. */
export interface Suggestion {
  /** A few words above the question. */
  readonly title?: string;
  /** What is sent when it is chosen. */
  readonly prompt: string;
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
  /** The model that was chosen for this thread; None is the assistant's own. */
  readonly model: string | null;
  /** What a model is told on this thread after the assistant's own instructions. */
  readonly instructions: string;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface ThreadCall {
  /**
   * The call as a chat would show it: its status says how it ended. Null where the tool asks first and
   * nobody was asked, so that nothing was called.
   */
  readonly item: Item | null;
}

export interface ThreadCallRequest {
  /** The tool. */
  readonly name: string;
  readonly arguments?: { readonly [key: string]: JsonValue };
  /** Whether the visitor was asked and has allowed this one call. */
  readonly allowed?: boolean;
  readonly timezone?: string | null;
  readonly locale?: string | null;
}

export interface ThreadDetail {
  readonly id: string;
  readonly title: string;
  readonly pinned: boolean;
  /** The assistant that was chosen for it; null for the default one. */
  readonly assistant_id: string | null;
  /** The model that was chosen for it; null for the assistant's own. */
  readonly model: string | null;
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
  /** What a model is told on it after the assistant's own instructions. */
  readonly instructions: string;
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
  /** The model that was chosen for it; null for the assistant's own. */
  readonly model: string | null;
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
  /** Which model answers to later messages; empty for the assistant's own. */
  readonly model?: string | null;
  /** What later runs are told after the assistant's own instructions. */
  readonly instructions?: string | null;
}

/** The new state of the thread. Items after `thread.head_id` leave the path. */
export interface ThreadUpdated {
  readonly seq: number;
  readonly type: "thread.updated";
  readonly thread: Thread;
}

/** Of all branches. */
export interface ThreadUsage {
  readonly models: readonly UsedByModel[];
  readonly total: Used;
  /** The seconds that were spent on its runs, without those in which they waited for somebody. */
  readonly active_s: number;
  /** The run that ended last, which tells how full the model's context is. */
  readonly last: Run | null;
}

/** What somebody decides on a question that a function asks in the middle of its call. */
export interface ToolAnswer {
  /** The `message` of the item's `required_action`. */
  readonly question: string;
  readonly decision: "allow" | "deny" | "answer" | "skip";
  /** A text is JSON. */
  readonly answer?: { readonly [key: string]: JsonValue } | string | null;
  readonly reason?: string | null;
}

export interface ToolCallInfo {
  readonly item_id: string;
  readonly thread_id: string;
  /** The thread's. */
  readonly title: string;
  /** JSON text, as far as they are known. */
  readonly arguments: string;
  /** Seconds since the Unix epoch. */
  readonly created_at: number;
  readonly duration_ms: number | null;
  readonly status: ItemStatus;
  readonly error: string | null;
}

export interface ToolCallPage {
  readonly calls: readonly ToolCallInfo[];
  /** For the next page; None where this is the last. */
  readonly next_cursor: string | null;
}

/** What the server of a tool has changed of it since it was last called. */
export interface ToolChange {
  readonly what: "title" | "description" | "arguments" | "hints" | "app";
  readonly before: string;
  readonly after: string;
}

export interface ToolInfo {
  readonly name: string;
  readonly title: string | null;
  /** An emoji, or the name of an icon of the page. */
  readonly icon: string | null;
  readonly kind: "function" | "builtin" | "mcp";
  /**
   * Where it comes from: a file and the line, an entry point of a package, the name of an MCP
   * server; empty for what is built in.
   */
  readonly origin: string;
  readonly description: string;
  /** JSON Schema of the arguments, as a model gets it. */
  readonly parameters: { readonly [key: string]: unknown };
  /** The same for people: with defaults, and with what strict mode leaves out. */
  readonly form: { readonly [key: string]: unknown };
  readonly strict: boolean;
  /** Whether somebody is asked before a call of a model. */
  readonly approval: "never" | "ask" | "always_allow";
  readonly default_approval: "never" | "ask" | "always_allow";
  /** Why it cannot be used now. */
  readonly unavailable: string | null;
}

export interface ToolList {
  readonly tools: readonly ToolInfo[];
  /** What is left out, and why. */
  readonly problems: readonly FunctionProblemInfo[];
}

/** A call by hand. */
export interface ToolRun {
  /** What a chat would show of it. Its status says how it ended. */
  readonly item: Item;
  /** What a model would be told; null while it runs, and where it asks something first. */
  readonly told: readonly (TextPart | ImagePart | FilePart | JsonPart | AppPart)[] | null;
  /** The same as the text that a model reads, in which pictures and files have names. */
  readonly text: string | null;
  /** What to send with the answer, where the call asks something and does not begin anew with it. */
  readonly continues: string | null;
}

export interface ToolRunRequest {
  /** A text is JSON. */
  readonly arguments?: { readonly [key: string]: JsonValue } | string;
  readonly timezone?: string | null;
  readonly locale?: string | null;
  /** To what the call asked when it was made before, in this order. It is made again with them. */
  readonly answers?: readonly ToolAnswer[];
  /** As the last answer said: the call goes on where it was, with the last of `answers`. */
  readonly continues?: string | null;
  /** Whether to answer each state of the call, a line of JSON per state, as it comes about. */
  readonly stream?: boolean;
}

export interface Transcription {
  /** Empty where nothing was said. */
  readonly text: string;
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
  /** Of each round anew, since a model reads the whole conversation for each. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  /** Those of `output_tokens` that the model thought with. */
  readonly reasoning_tokens: number;
  /** Those of `input_tokens` that the server knew from before. */
  readonly cached_tokens: number;
}

export interface UsageQuery {
  /** The first day; 29 days before the last one if it is left out. */
  readonly from?: string | null;
  /** The last day; today if it is left out. */
  readonly to?: string | null;
  /** The IANA time zone of these days. */
  readonly timezone?: string;
  /** Whether only this visitor's own chats count, and not those of all. */
  readonly mine?: boolean;
}

export interface UsageReport {
  readonly first_day: string;
  readonly last_day: string;
  readonly timezone: string;
  /** By day and model, the newest day first; days without a run are left out. */
  readonly days: readonly UsedInDay[];
  readonly total: Used;
}

/** What a number of runs took. */
export interface Used {
  readonly runs: number;
  readonly usage: Usage;
  /** One per currency; empty where no run had a price. */
  readonly costs: readonly Cost[];
}

export interface UsedByModel {
  readonly runs: number;
  readonly usage: Usage;
  /** One per currency; empty where no run had a price. */
  readonly costs: readonly Cost[];
  readonly upstream: string;
  /** Empty where the upstream does not tell. */
  readonly model: string;
}

export interface UsedInDay {
  readonly runs: number;
  readonly usage: Usage;
  /** One per currency; empty where no run had a price. */
  readonly costs: readonly Cost[];
  readonly upstream: string;
  /** Empty where the upstream does not tell. */
  readonly model: string;
  readonly day: string;
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
  /** What apps told with it, which the person did not write. */
  readonly contexts: readonly AppContext[];
}

export interface WebSearchCall {
  readonly id: string;
  readonly parent_id: string | null;
  /** The run that made the item or, for a user message, the first run that it started. */
  readonly run_id: string | null;
  readonly status: ItemStatus;
  readonly created_at: number;
  /** The upstream's id of a call that this server runs or allows, known once the upstream waits for it. */
  readonly call_id: string | null;
  /** A sentence that says why there is no result. */
  readonly error: string | null;
  /** How long this server ran it, or saw the upstream run it. */
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
  | RunRated
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
  | RunRated
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

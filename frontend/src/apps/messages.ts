/**
 * What an app says: JSON-RPC 2.0, read field by field. Whatever an app posts may be anything that can
 * be cloned, of any size.
 *
 * https://www.jsonrpc.org/specification
 */

export type Id = string | number;
export type Fields = Readonly<Record<string, unknown>>;

export interface RpcError {
  readonly code: number;
  readonly message: string;
}

export type Incoming =
  | { readonly kind: 'request'; readonly id: Id; readonly method: string; readonly params: Fields }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Fields }
  | { readonly kind: 'answer'; readonly id: Id; readonly isError: boolean }
  | { readonly kind: 'broken'; readonly id: Id | null; readonly error: RpcError };

export type Outgoing = { readonly jsonrpc: '2.0' } & (
  | { readonly id: Id; readonly result: Fields }
  | { readonly id: Id | null; readonly error: RpcError }
  | { readonly id?: Id; readonly method: string; readonly params: Fields }
);

export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
/** What the extension answers where somebody or something has refused. */
export const REFUSED = -32000;

const MOST_VALUES = 20_000;
const MOST_CHARS = 1_000_000;
const DEEPEST = 64;
const LONGEST_ID = 200;

/** Returns null for what is no message of this protocol, such as those of a developer tool. */
export function readMessage(data: unknown): Incoming | null {
  const fields = fieldsOf(data);
  if (fields === null || fields['jsonrpc'] !== '2.0') return null;
  const id = idOf(fields['id']);
  if (!isSmall(data)) {
    return { kind: 'broken', id, error: { code: INVALID_REQUEST, message: 'Too large.' } };
  }
  const { method, params = {} } = fields;
  if (typeof method === 'string') {
    const named = fieldsOf(params);
    if (named === null || (fields['id'] !== undefined && id === null)) {
      return { kind: 'broken', id, error: { code: INVALID_REQUEST, message: 'Malformed.' } };
    }
    return id === null
      ? { kind: 'notification', method, params: named }
      : { kind: 'request', id, method, params: named };
  }
  if (id !== null && ('result' in fields || 'error' in fields)) {
    return { kind: 'answer', id, isError: 'error' in fields };
  }
  return { kind: 'broken', id, error: { code: INVALID_REQUEST, message: 'Malformed.' } };
}

/** Returns a plain object's fields, null for anything else. */
export function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null) return null;
  return Object.getPrototypeOf(value) === Object.prototype ? Object(value) : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function idOf(value: unknown): Id | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && value.length <= LONGEST_ID ? value : null;
}

/** Whether it is JSON of a size that is no burden. What contains itself is too deep. */
function isSmall(data: unknown): boolean {
  let values = 0;
  let chars = 0;
  const fits = (value: unknown, depth: number): boolean => {
    values += 1;
    if (values > MOST_VALUES || depth > DEEPEST) return false;
    if (typeof value === 'string') {
      chars += value.length;
      return chars <= MOST_CHARS;
    }
    if (Array.isArray(value)) {
      return value.length <= MOST_VALUES && value.every((each) => fits(each, depth + 1));
    }
    if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
    const fields = fieldsOf(value);
    if (fields === null) return false;
    for (const name in fields) {
      chars += name.length;
      if (!fits(fields[name], depth + 1)) return false;
    }
    return true;
  };
  return fits(data, 0);
}

/** The tool call that brought an app, in the words of the extension. */

import { parsePartial } from '../base/json/partial.ts';
import { parseJson } from '../base/json/source.ts';
import type { AppPart, FunctionCall } from '../protocol.ts';
import { appOf } from './app_part.ts';
import { type Fields, fieldsOf } from './messages.ts';

export interface AppCall {
  /** As far as they have arrived; null where nothing can be made of that. */
  readonly partial: Fields | null;
  /** Null while they are not complete, or where they are no object. */
  readonly arguments: Fields | null;
  /** A `CallToolResult`; null while there is none. */
  readonly result: Fields | null;
  /** Why there will be none. */
  readonly cancelled: string | null;
}

/** Arguments beyond this are not parsed again with every piece that arrives. */
const PARTIAL_CHARS = 50_000;

export function callOf(item: FunctionCall): AppCall {
  const { status, arguments: text } = item;
  const isOver = status === 'completed' || status === 'failed';
  const isArriving = status === 'in_progress';
  return {
    partial:
      isArriving && text.length <= PARTIAL_CHARS ? fieldsOf(parsePartial(text) ?? null) : null,
    arguments: isArriving ? null : fieldsOf(parseJson(text === '' ? '{}' : text)),
    result: isOver ? resultOf(item, appOf(item)) : null,
    cancelled: isOver || isGoingOn(item) ? null : (item.error ?? `The call is ${status}.`),
  };
}

function isGoingOn({ status }: FunctionCall): boolean {
  return status === 'in_progress' || status === 'awaiting_approval' || status === 'running';
}

/** What the model is told, as text, and what the app alone is given or, without that, the one object
 * that the function returned. */
export function resultOf({ outputs, status }: FunctionCall, app: AppPart | null): Fields {
  const values = outputs.flatMap((part) => {
    if (part.type === 'text') return [part.text];
    return part.type === 'json' ? [part.value] : [];
  });
  const objects = values.map(fieldsOf).filter((value) => value !== null);
  const structured = app?.data ?? (objects.length === 1 ? objects[0] : null) ?? null;
  return {
    content: values.map((value) => ({
      type: 'text',
      text: typeof value === 'string' ? value : JSON.stringify(value),
    })),
    ...(structured === null ? {} : { structuredContent: structured }),
    ...(app?.meta == null ? {} : { _meta: app.meta }),
    isError: status === 'failed',
  };
}

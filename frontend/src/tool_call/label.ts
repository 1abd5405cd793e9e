/** The texts of a card's header. */

import { tenths } from '../base/amounts.ts';
import { parseJson, scalarsOf } from '../base/json/source.ts';
import type { FunctionCall, ItemStatus, McpCall, WebSearchCall } from '../protocol.ts';
import { t } from '../strings/calls.ts';
import type { ToolItem } from './bodies/body.ts';

export interface Title {
  readonly text: string;
  /** An identifier, not words of a language. */
  readonly isName: boolean;
}

export function titleOf(item: ToolItem): Title {
  switch (item.type) {
    case 'function_call':
      return { text: item.title ?? item.name, isName: item.title === null };
    case 'mcp_call':
      if (item.name === 'list_tools')
        return { text: t.titles.toolsOf(item.server_label), isName: false };
      // Without a server it is something that the upstream did: its type, in words.
      if (item.server_label === '') return { text: inWords(item.name), isName: false };
      return { text: `${item.server_label}: ${item.name}`, isName: true };
    case 'code_interpreter_call':
      return { text: t.titles[item.language], isName: false };
    case 'file_search_call':
      return { text: t.titles.fileSearch, isName: false };
    case 'web_search_call':
      return { text: t.titles.webSearch, isName: false };
    case 'image_generation_call':
      return { text: t.titles.images, isName: false };
  }
}

function inWords(type: string): string {
  const words = type.replaceAll('_', ' ').replace(/^mcp\b/i, 'MCP');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns what the call is about, short enough for the header; empty until it is known. */
export function summaryOf(item: ToolItem): string {
  switch (item.type) {
    case 'function_call':
    case 'mcp_call':
      // The words of a question are in its arguments, among others.
      if (item.required_action?.kind === 'question' && !item.required_action.within) {
        return item.required_action.message;
      }
      return summaryOfArguments(item);
    case 'code_interpreter_call':
      return '';
    case 'file_search_call':
      return item.queries.join(', ');
    case 'web_search_call':
      return searched(item);
    case 'image_generation_call':
      return item.prompt ?? '';
  }
}

/** Arguments are JSON only when complete. */
function summaryOfArguments({ arguments: text, status }: FunctionCall | McpCall): string {
  if (status === 'in_progress' || parseJson(text) === undefined) return '';
  return scalarsOf(text).join(', ');
}

function searched({ action, queries, urls }: WebSearchCall): string {
  switch (action) {
    case 'open_page':
      return [t.opened, ...urls].join(' ');
    case 'find_in_page':
      return [t.lookedFor(queries.join(', ')), ...urls].join(' ');
    default:
      return (queries.length > 0 ? queries : urls).join(', ');
  }
}

export function statusLabel(item: ToolItem): string {
  const takesArguments = item.type === 'function_call' || item.type === 'mcp_call';
  return item.status === 'in_progress' && takesArguments ? t.writing : t.statuses[item.status];
}

const OPEN_STATUSES: ReadonlySet<ItemStatus> = new Set([
  'in_progress',
  'awaiting_approval',
  'running',
]);

export function isOpen(status: ItemStatus): boolean {
  return OPEN_STATUSES.has(status);
}

export function durationLabel(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${tenths(milliseconds / 1000)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

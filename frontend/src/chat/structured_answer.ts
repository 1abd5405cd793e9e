import './structured_answer.css';
import { h, type View } from '../base/dom.ts';
import type { MessagePart } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import { createJsonView } from '../tool_call/json/view.ts';

/** Returns an answer that is one JSON object and nothing else, structured output; else null. */
export function structuredText(content: readonly MessagePart[]): string | null {
  const [part] = content;
  if (content.length !== 1 || part?.type !== 'text') return null;
  if (!/^\s*\{[\s\S]*\}\s*$/.test(part.text)) return null;
  try {
    JSON.parse(part.text);
    return part.text;
  } catch {
    return null;
  }
}

/** A card with a structured answer. */
export function createStructuredAnswer(text: string): View {
  const view = createJsonView(t.theAnswer);
  view.show(text);
  return { element: h('div', { class: 'structured-answer' }, view.element) };
}

import './message.css';
import './assistant_message.css';
import { h, listen, type Updatable } from '../base/dom.ts';
import type { AssistantMessage, ItemAnnotation, MessagePart } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import { type Citations, citationsOf } from '../thread/citations.ts';
import { isEmpty } from '../thread/content.ts';
import { createMessageParts } from './message_parts.ts';
import type { SourceApi } from './source_dialog.ts';
import { createSources } from './sources.ts';
import { createStructuredAnswer, structuredText } from './structured_answer.ts';

export function createAssistantMessage(
  first: AssistantMessage,
  api: SourceApi,
): Updatable<AssistantMessage> {
  const parts = createMessageParts();
  const refusal = h('p', { class: 'message__refusal', dir: 'auto', hidden: true });
  const sources = createSources();
  const card = h('div', { hidden: true });
  const element = h(
    'article',
    { class: 'message message--assistant' },
    h('h2', { class: 'visually-hidden' }, t.assistant),
    parts.element,
    card,
    refusal,
    sources.element,
  );
  let shown: AssistantMessage | null = null;
  let marked: readonly (readonly ItemAnnotation[])[] = [];
  let shownCard: string | null = null;
  let cited: Citations = citationsOf([]);

  const update = (item: AssistantMessage): void => {
    if (item === shown) return;
    const annotations = item.content.map(annotationsOf);
    const isFinal = item.status !== 'in_progress';
    if (
      annotations.length !== marked.length ||
      annotations.some((each, place) => each !== marked[place])
    ) {
      marked = annotations;
      cited = citationsOf(annotations);
      sources.update(cited.sources);
    }
    if (item.content !== shown?.content || isFinal) {
      parts.update(item.content, cited.marks, isFinal);
    }
    const structured = isFinal ? structuredText(item.content) : null;
    if (structured !== null && structured !== shownCard) {
      card.replaceChildren(createStructuredAnswer(structured).element);
    }
    shownCard = structured;
    card.hidden = structured === null;
    parts.element.hidden = structured !== null;
    if (item.refusal !== (shown?.refusal ?? null)) refusal.textContent = item.refusal;
    refusal.hidden = item.refusal === null;
    element.hidden = isEmpty(item);
    shown = item;
  };
  listen(element, 'click', (event) => {
    const mark = event.target instanceof Element ? event.target.closest('button[data-mark]') : null;
    const number = Number(mark?.getAttribute('data-mark'));
    const source = cited.sources.find((one) => one.number === number);
    if (source === undefined) return;
    void import('./source_dialog.ts').then(({ openSource }) => openSource(source, api));
  });
  update(first);
  return { element, update, dispose: parts.dispose };
}

const NONE: readonly ItemAnnotation[] = [];

function annotationsOf(part: MessagePart): readonly ItemAnnotation[] {
  return part.type === 'text' ? part.annotations : NONE;
}

import './message.css';
import './assistant_message.css';
import { h, listen, type Updatable } from '../base/dom.ts';
import { createMarkdown } from '../markdown/page/markdown.ts';
import type { AssistantMessage } from '../protocol.ts';
import { type Citations, citationsOf } from '../thread/citations.ts';
import { openSource, type SourceApi } from './source_dialog.ts';
import { createSources } from './sources.ts';

export function createAssistantMessage(
  first: AssistantMessage,
  api: SourceApi,
): Updatable<AssistantMessage> {
  const markdown = createMarkdown();
  const refusal = h('p', { class: 'message__refusal', hidden: true });
  const sources = createSources();
  const element = h(
    'article',
    { class: 'message message--assistant' },
    h('h2', { class: 'visually-hidden' }, 'Assistant'),
    markdown.element,
    refusal,
    sources.element,
  );
  let shown: AssistantMessage | null = null;
  let cited: Citations = citationsOf([]);

  const update = (item: AssistantMessage): void => {
    if (item === shown) return;
    if (item.text !== shown?.text) markdown.set(item.text);
    if (item.annotations !== shown?.annotations) {
      cited = citationsOf(item.annotations);
      markdown.mark(cited.marks);
      sources.update(cited.sources);
    }
    if (item.status !== 'in_progress') markdown.finish();
    if (item.refusal !== (shown?.refusal ?? null)) refusal.textContent = item.refusal;
    refusal.hidden = item.refusal === null;
    element.hidden = item.text === '' && item.refusal === null;
    shown = item;
  };
  listen(element, 'click', (event) => {
    const mark = event.target instanceof Element ? event.target.closest('button[data-mark]') : null;
    const number = Number(mark?.getAttribute('data-mark'));
    const source = cited.sources.find((one) => one.number === number);
    if (source !== undefined) openSource(source, api);
  });
  update(first);
  return { element, update, dispose: markdown.dispose };
}

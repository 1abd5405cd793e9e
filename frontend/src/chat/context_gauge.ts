import './context_gauge.css';
import { h, listen, setText, type Updatable } from '../base/dom.ts';
import type { Run } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import { contextShare } from '../usage/words.ts';

/** From this share on it is worth knowing. */
const SHOWN_FROM = 0.7;

/** How full the model's context is, once it is rather full. A click tells more.
 *
 *     button.context-gauge: meter, words
 */
export function createContextGauge(more: () => void): Updatable<ReadonlyMap<string, Run>> {
  const meter = h('meter', { class: 'context-gauge__meter', min: 0, max: 1, 'aria-hidden': true });
  const words = h('span');
  const element = h(
    'button',
    {
      type: 'button',
      class: 'context-gauge',
      title: t.context.title,
      hidden: true,
    },
    meter,
    words,
  );
  listen(element, 'click', more);
  let shown: Run | null = null;
  return {
    element,
    update(runs) {
      const last = [...runs.values()].findLast((run) => run.context_tokens !== null) ?? null;
      if (last === shown) return;
      shown = last;
      const share = last === null ? null : contextShare(last);
      element.hidden = share === null || share < SHOWN_FROM;
      meter.value = share ?? 0;
      setText(words, share === null ? '' : t.context.full(Math.round(share * 100)));
    },
  };
}

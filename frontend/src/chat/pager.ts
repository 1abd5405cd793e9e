import './pager.css';
import { h, listen, type View } from '../base/dom.ts';
import { t } from '../strings/chat.ts';
import type { Branch } from '../thread/branches.ts';
import { iconButton } from '../ui/button.ts';

/** `arrow` is the button that was clicked. */
export type SwitchTo = (itemId: string, arrow: HTMLElement) => void;

export interface PagerView extends View {
  update(branch: Branch | null, isBusy: boolean): void;
}

/** `‹ 2/3 ›`: switches between the branches of one place. */
export function createPager(switchTo: SwitchTo): PagerView {
  let branch: Branch | null = null;
  const previous = iconButton('left', t.message.previous, { kind: 'small' });
  const next = iconButton('right', t.message.next, { kind: 'small' });
  const text = h('span', { 'aria-hidden': true });
  const element = h('div', { class: 'pager', role: 'group' }, previous, text, next);
  listen(previous, 'click', () => branch?.previousId && switchTo(branch.previousId, previous));
  listen(next, 'click', () => branch?.nextId && switchTo(branch.nextId, next));
  return {
    element,
    update(shown, isBusy) {
      branch = shown;
      element.hidden = shown === null;
      if (shown === null) return;
      element.dataset['place'] = shown.placeId ?? '';
      element.setAttribute('aria-label', t.message.version(shown.number, shown.count));
      text.textContent = `${shown.number}/${shown.count}`;
      previous.disabled = isBusy || shown.previousId === null;
      next.disabled = isBusy || shown.nextId === null;
    },
  };
}

import './demo_banner.css';
import { h, listen, type View } from '../base/dom.ts';
import { at } from '../base/root.ts';
import type { KeyValues } from '../base/storage.ts';
import { t } from '../strings/chat.ts';
import { iconButton } from '../ui/button.ts';

export interface DemoBanner extends View {
  /** `upstream` is null until the server has said it. */
  update(upstream: string | null): void;
}

const KEY = 'runstream.demo-banner';

/** Says that no AI answers, until it is closed. It comes back with the next demo. */
export function createDemoBanner(storage: KeyValues, onClose: () => void): DemoBanner {
  const close = iconButton('close', t.banner.hide, { kind: 'small' });
  const element = h(
    'div',
    { class: 'demo-banner', hidden: true },
    h('p', {}, t.banner.demo, h('a', { href: at('/setup') }, t.banner.connect)),
    close,
  );
  listen(close, 'click', () => {
    storage.set(KEY, 'closed');
    element.hidden = true;
    onClose();
  });
  return {
    element,
    update(upstream) {
      if (upstream !== null && upstream !== 'demo') storage.remove(KEY);
      element.hidden = upstream !== 'demo' || storage.get(KEY) !== null;
    },
  };
}

import './app_contexts.css';
import { h, listen, type View } from '../base/dom.ts';
import type { AppContext } from '../protocol.ts';
import { t } from '../strings/chat.ts';
import type { ToldContext } from '../thread/outbox.ts';
import { iconButton } from '../ui/button.ts';

/** What apps tell the assistant with the next message, which the reader sees and may take out. */
export interface AppContexts extends View {
  /** In place of what this app has told before. A text that is empty takes it back. */
  tell(context: ToldContext): void;
  /** Returns all of it, for a message that is sent now. */
  take(): readonly ToldContext[];
}

/** Of more apps the first are left out. The server takes no more. */
const MOST = 8;

export function createAppContexts(): AppContexts {
  const rows = new Map<string, { readonly context: ToldContext; readonly row: HTMLElement }>();
  /** What each app has told with a message. Said again, it is nothing new. */
  const sent = new Map<string, string>();
  const element = h('ul', {
    class: 'app-contexts',
    'aria-label': t.apps.label,
    hidden: true,
  });

  const remove = (itemId: string): void => {
    rows.get(itemId)?.row.remove();
    rows.delete(itemId);
    element.hidden = rows.size === 0;
  };
  return {
    element,
    tell(context) {
      const { itemId, title, text } = context;
      const former = rows.get(itemId);
      if (former?.context.text === text) return;
      const wasOpen = former?.row.querySelector('details')?.open ?? false;
      remove(itemId);
      if (text === '' || text === sent.get(itemId)) return;
      const [first] = rows.size >= MOST ? rows.keys() : [];
      if (first !== undefined) remove(first);
      const out = iconButton('close', t.apps.leaveOut(title), { kind: 'small' });
      const row = h('li', { class: 'app-contexts__row' }, createAppContext(context, wasOpen), out);
      listen(out, 'click', () => remove(itemId));
      rows.set(itemId, { context, row });
      element.append(row);
      element.hidden = false;
    },
    take() {
      const taken = [...rows.values()].map(({ context }) => context);
      for (const { itemId, text } of taken) {
        sent.set(itemId, text);
        remove(itemId);
      }
      return taken;
    },
  };
}

/** What an app tells, as its own words and not the reader's. */
export function createAppContext({ title, text }: AppContext, open = false): HTMLElement {
  return h(
    'details',
    { class: 'app-context', open },
    h('summary', {}, t.fromApp, h('strong', { dir: 'auto' }, title)),
    h('pre', { class: 'app-context__text', dir: 'auto', tabindex: 0 }, text),
  );
}

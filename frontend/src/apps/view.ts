import './app.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import type { AppInfo, FunctionCall } from '../protocol.ts';
import { t } from '../strings/calls.ts';
import { button, iconButton, setIcon } from '../ui/button.ts';
import { appOf } from './app_part.ts';
import { createAsking } from './ask.ts';
import { callOf } from './call.ts';
import type { DisplayMode } from './context.ts';
import { readInfo, readResource } from './info.ts';
import type { AppActions } from './requests.ts';
import type { RunningApp } from './running.ts';

export type { AppActions } from './requests.ts';

export interface AppView extends View {
  update(item: FunctionCall): void;
  dispose(): void;
}

/**
 * The app of a call, with a bar that is not its own. It is a dialog that stands in the chat until it is
 * enlarged: in any other way its frame would load anew. `onMissing` is called where it cannot be had.
 */
export function createAppView(
  first: FunctionCall,
  actions: AppActions,
  onMissing: () => void,
): AppView {
  let title = appOf(first)?.title ?? first.title ?? first.name;
  let item = first;
  /** It could not be had while its call was under way, and may come with the result. */
  let isMissing = false;
  let running: RunningApp | null = null;
  let isGone = false;

  const heading = h('span', { class: 'app-title' }, title);
  const enlarge = iconButton('enlarge', t.app.enlarge);
  const close = iconButton('close', t.app.close);
  const start = button(t.app.show, { hidden: true });
  const note = h('p', { class: 'app-note', role: 'status', hidden: true });
  const place = h('div', { class: 'app-place' });
  const asking = createAsking();
  const element = h(
    'dialog',
    { class: 'app-view', open: true, 'aria-label': t.app.of(title) },
    h(
      'div',
      { class: 'app-bar' },
      heading,
      h('span', { class: 'app-kind' }, t.app.kind),
      enlarge,
      close,
    ),
    note,
    asking.element,
    place,
    start,
  );

  const say = (text: string): void => {
    setText(note, text);
    note.hidden = text === '';
  };
  const showMode = (mode: DisplayMode): void => {
    const isLarge = mode === 'fullscreen';
    setIcon(enlarge, isLarge ? 'reduce' : 'enlarge', isLarge ? t.app.back : t.app.enlarge);
    element.classList.toggle('app-view--large', isLarge);
    running?.setMode(mode);
  };
  const isLarge = (): boolean => element.matches(':modal');
  const setMode = (mode: DisplayMode): DisplayMode => {
    if (mode === 'fullscreen' && !isLarge()) {
      element.close();
      element.showModal();
      showMode('fullscreen');
    } else if (mode === 'inline' && isLarge()) {
      element.close();
    }
    return isLarge() ? 'fullscreen' : 'inline';
  };
  listen(element, 'close', () => {
    // Enlarged again by now, or reduced by Escape or the button.
    if (isLarge()) return;
    element.setAttribute('open', '');
    showMode('inline');
  });

  const stop = (reason: string): void => {
    asking.cancel();
    setMode('inline');
    running?.end(reason);
    running = null;
    say(reason);
    enlarge.hidden = true;
    close.hidden = true;
    start.hidden = false;
  };
  const run = (info: AppInfo, { runApp, createRequests }: Running): void => {
    title = info.title ?? title;
    setText(heading, title);
    element.ariaLabel = t.app.of(title);
    say(refusal(info));
    element.classList.toggle('app-view--bare', info.prefers_border === false);
    running = runApp({
      itemId: first.id,
      title,
      info,
      requests: createRequests(asking, actions, {
        itemId: first.id,
        title,
        tools: info.tools,
        read: info.tool === null ? null : (uri) => readResource(first.id, uri),
      }),
      // Only what the reader does lets an app cover the page.
      requestMode: (mode) =>
        setMode(mode === 'fullscreen' && !navigator.userActivation.isActive ? 'inline' : mode),
      onEnd: stop,
    });
    place.append(running.element);
    running.update(callOf(item));
    enlarge.hidden = false;
    close.hidden = false;
  };
  const load = (): void => {
    isMissing = false;
    element.hidden = false;
    start.hidden = true;
    enlarge.hidden = true;
    close.hidden = true;
    Promise.all([readInfo(first.id), loadRunning()]).then(
      ([info, modules]) => {
        if (!isGone) run(info, modules);
      },
      (error: unknown) => {
        if (appOf(item) === null) {
          isMissing = true;
          element.hidden = true;
          return;
        }
        say(error instanceof Error ? error.message : String(error));
        start.hidden = false;
        onMissing();
      },
    );
  };
  listen(enlarge, 'click', () => setMode(isLarge() ? 'inline' : 'fullscreen'));
  listen(close, 'click', () => stop(t.app.closed));
  listen(start, 'click', load);
  load();

  return {
    element,
    update(next) {
      item = next;
      running?.update(callOf(item));
      if (isMissing && appOf(item) !== null) load();
    },
    dispose() {
      isGone = true;
      asking.cancel();
      running?.dispose();
      actions.tellModel({ itemId: first.id, title, text: '' });
    },
  };
}

interface Running {
  readonly runApp: typeof import('./running.ts').runApp;
  readonly createRequests: typeof import('./requests.ts').createRequests;
}

/** Loads what only chats with apps need. */
async function loadRunning(): Promise<Running> {
  const [{ runApp }, { createRequests }] = await Promise.all([
    import('./running.ts'),
    import('./requests.ts'),
  ]);
  return { runApp, createRequests };
}

/** What it wanted to load and may not, in a sentence; empty if there is nothing. */
function refusal({ refused }: AppInfo): string {
  if (refused.length === 0) return '';
  return t.app.refused(refused.join(', '));
}

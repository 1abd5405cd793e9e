import './chat.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import { browserStorage, tabStorage } from '../base/storage.ts';
import { createFrame } from '../base/time.ts';
import type { Transport } from '../files/transport.ts';
import type { Attachment, ServerMessage } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { type OpenChannel, threadsChannel } from '../server/channel.ts';
import { createDraft, createDraftFiles } from '../thread/drafts.ts';
import { openSession, type SessionOptions } from '../thread/session.ts';
import { hasItem } from '../thread/state.ts';
import { button } from '../ui/button.ts';
import { createDrop } from '../ui/drop.ts';
import { icon } from '../ui/icon.ts';
import { type Announcement, announcementOf, createAnnouncer } from './announcer.ts';
import { createAttachments } from './attachments.ts';
import { createComposer } from './composer.ts';
import { connectionText, createConnectionLine } from './connection_line.ts';
import { createEntries } from './entries.ts';
import { createMissing } from './missing.ts';
import { bindPinned } from './pinned.ts';
import { createTranscript } from './transcript.ts';
import { createTurning } from './turning.ts';
import { createWelcome } from './welcome.ts';
import { createWorking } from './working.ts';

export interface ChatOptions {
  readonly threadId: string | null;
  readonly api: Pick<Api, 'setup' | 'file' | 'fileText' | 'deleteFile' | 'fileLimits'>;
  readonly transport?: Transport;
  /** The first message has made a thread: the address changes, the view stays. */
  onThread(threadId: string): void;
  /** Each frame of the thread's socket. */
  onMessage?(message: ServerMessage): void;
  /** There is nobody to talk to yet. */
  onUnready(): void;
  readonly socket?: SessionOptions['socket'];
  readonly channel?: OpenChannel;
}

export interface ChatView extends View {
  /** To where one types; on a touch screen that would open the keyboard, so to the start. */
  focus(): void;
  dispose(): void;
}

export function createChat(options: ChatOptions): ChatView {
  const draft = createDraft(browserStorage, options.threadId);
  const draftFiles = createDraftFiles(tabStorage, options.threadId);
  const announcements: Announcement[] = [];
  const announcer = createAnnouncer();
  const entriesOf = createEntries();

  const frame = createFrame(() => draw());
  const session = openSession({
    threadId: options.threadId,
    storage: tabStorage,
    onChange: frame.request,
    onThread(threadId) {
      draft.moveTo(threadId);
      draftFiles.moveTo(threadId);
      options.onThread(threadId);
    },
    onMessage(message: ServerMessage) {
      const announcement = announcementOf(message);
      if (announcement !== null) announcements.push(announcement);
      options.onMessage?.(message);
    },
    ...(options.socket === undefined ? {} : { socket: options.socket }),
  });

  const send = (text: string, files: readonly Attachment[] = []): void => {
    session.send(text, files);
    pinned.pin();
  };
  /** What was clicked goes; whoever works without a mouse goes on where one types. */
  const focus = (): void => {
    if (matchMedia('(pointer: fine)').matches) composer.focus();
    else element.focus({ preventScroll: true });
  };

  const turning = createTurning((place) => transcript.pagerAt(place));
  const switchTo = (itemId: string, arrow: HTMLElement): void => {
    turning.begin(itemId, arrow);
    session.switchTo(itemId);
  };

  const heading = h('h1', { class: 'visually-hidden' }, 'New chat');
  const banner = h(
    'p',
    { class: 'demo-banner', hidden: true },
    'This is the demo: its answers are scripted, not an AI’s. ',
    h('a', { href: '/setup' }, 'Connect a model'),
  );
  const welcome = createWelcome((prompt) => send(prompt));
  const transcript = createTranscript(
    {
      api: options.api,
      edit(itemId, text) {
        session.edit(itemId, text);
        pinned.pin();
        focus();
      },
      editDraft: (itemId) => createDraft(browserStorage, itemId),
      runAgain(runId) {
        session.runAgain(runId);
        pinned.pin();
        focus();
      },
      switchTo,
      retry: session.retry,
      discard: session.discard,
      hold: session.hold,
      rewrite(entryId, text) {
        session.rewrite(entryId, text);
        focus();
      },
    },
    {
      isNearStart: () => pinned.isNearStart(),
      keepPlace: (change) => pinned.keepPlace(change),
    },
  );
  const working = createWorking();
  const missing = createMissing();
  const column = h(
    'div',
    { class: 'chat__column' },
    welcome.element,
    missing,
    transcript.element,
    working.element,
  );
  const scroller = h(
    'div',
    { class: 'chat__scroller', tabindex: 0, role: 'region', 'aria-label': 'Chat' },
    column,
  );
  const jump = button('Jump to latest', { class: 'chat__jump', hidden: true });
  jump.prepend(icon('down'));
  const connection = createConnectionLine(session.probe);
  const attachments = createAttachments({
    api: options.api,
    draft: draftFiles,
    onChange: frame.request,
    ...(options.socket?.clock === undefined ? {} : { clock: options.socket.clock }),
    ...(options.transport === undefined ? {} : { transport: options.transport }),
  });
  const composer = createComposer(draft, { send, stop: session.stop }, attachments);
  const foot = h('div', { class: 'chat__foot' }, jump, connection.element, composer.element);
  const element = h(
    'main',
    { class: 'chat', id: 'main', tabindex: -1 },
    heading,
    banner,
    scroller,
    foot,
    announcer.element,
  );
  element.append(
    createDrop(element, (files) => {
      if (session.status.name !== 'closed') attachments.add(files);
      composer.focus();
    }),
  );
  const pinned = bindPinned(scroller, column, (isPinned) => {
    jump.hidden = isPinned;
  });

  let spoken: string | null = null;
  let isMissing = false;
  const draw = (): void => {
    const { state, status, outbox } = session;
    const isRunning = state.activeRun !== null;
    const isEmpty = state.settled.length + state.live.length + outbox.length === 0;
    const title = state.thread?.title || 'New chat';
    document.title = `${title} · Runstream`;
    setText(heading, title);
    banner.hidden = state.upstream !== 'demo';
    welcome.element.hidden = !(isEmpty && session.threadId === null);
    // Asked whether it is back, the server takes a moment to answer.
    if (status.name === 'closed') isMissing = status.reason === 'unknown_thread';
    else if (status.name === 'open') isMissing = false;
    missing.hidden = !isMissing;
    foot.hidden = isMissing;
    transcript.element.hidden = isMissing;
    transcript.update(entriesOf(state, outbox, session.isBusy));
    const turned = turning.end((itemId) => hasItem(state, itemId));
    if (turned !== null) {
      pinned.move(turned.px);
      announcer.say(turned.label);
    }
    working.update(state, session.stopping !== null);
    working.element.hidden ||= isMissing;
    connection.update(status, session.notice);
    composer.update({
      isRunning,
      isStopping: session.stopping !== null,
      isClosed: status.name === 'closed',
    });
    announce();
  };

  const announce = (): void => {
    for (const announcement of announcements.splice(0)) {
      announcer.say(
        'say' in announcement ? announcement.say : transcript.textOf(announcement.read),
      );
    }
    const trouble = session.status.name === 'connecting' ? spoken : connectionText(session.status);
    if (trouble !== spoken) announcer.say(trouble ?? 'Connected again.');
    spoken = trouble;
  };

  const channel = (options.channel ?? threadsChannel)(() => {
    if (isMissing) session.probe();
  });
  const setup = new AbortController();
  if (options.threadId === null) {
    options.api.setup(setup.signal).then(
      ({ ready }) => {
        if (!ready) options.onUnready();
      },
      () => {
        // The connection line tells that the server is away.
      },
    );
  }

  listen(jump, 'click', () => {
    pinned.pin();
    composer.focus();
  });
  listen(scroller, 'scroll', transcript.scrolled, { passive: true });
  const removers = [
    listen(window, 'online', session.probe),
    listen(window, 'offline', session.probe),
    listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible') session.probe();
    }),
  ];
  draw();

  return {
    element,
    focus,
    dispose() {
      setup.abort();
      channel.dispose();
      frame.cancel();
      session.dispose();
      pinned.dispose();
      transcript.dispose();
      attachments.dispose();
      for (const remove of removers) remove();
    },
  };
}

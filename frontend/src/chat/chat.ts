import './chat.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import { follow } from '../base/links.ts';
import { plain } from '../base/plain.ts';
import { at } from '../base/root.ts';
import { browserStorage, tabStorage } from '../base/storage.ts';
import { createFrame } from '../base/time.ts';
import { setTitle } from '../base/title.ts';
import type { Transport } from '../files/transport.ts';
import type { FilePart, ServerMessage } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { type OpenChannel, threadsChannel } from '../server/channel.ts';
import {
  createAssistantPick,
  createDraft,
  createDraftFiles,
  createEffortPick,
} from '../thread/drafts.ts';
import { openSession, type SessionOptions } from '../thread/session.ts';
import { hasItem } from '../thread/state.ts';
import { button } from '../ui/button.ts';
import { createDrop } from '../ui/drop.ts';
import { icon } from '../ui/icon.ts';
import { type Announcement, announcementOf, createAnnouncer } from './announcer.ts';
import { createAssistantChoice } from './assistant_choice.ts';
import { createAttachments } from './attachments.ts';
import { bindAutoscroll } from './autoscroll.ts';
import { createBranchSwitch } from './branch_switch.ts';
import { createComposer } from './composer.ts';
import { connectionText, createConnectionLine } from './connection_line.ts';
import { createEffortChoice } from './effort_choice.ts';
import { createEntries } from './entries.ts';
import { createNotFound } from './not_found.ts';
import { createRunProgress } from './run_progress.ts';
import { createTranscript } from './transcript.ts';
import { createWaiting } from './waiting.ts';
import { createWelcome } from './welcome.ts';

export interface ChatOptions {
  readonly threadId: string | null;
  readonly api: Pick<
    Api,
    'setup' | 'assistants' | 'file' | 'fileText' | 'deleteFile' | 'fileLimits'
  >;
  readonly transport?: Transport;
  /** The first message has created the thread: only the address changes, the view stays. */
  onThread(threadId: string): void;
  /** Each frame of the thread's socket. */
  onMessage?(message: ServerMessage): void;
  /** Setup is not complete: there is no assistant to talk to. */
  onUnready(): void;
  readonly socket?: SessionOptions['socket'];
  readonly channel?: OpenChannel;
}

export interface ChatView extends View {
  /** Focuses the composer, or on a touch screen the view, so that the keyboard stays closed. */
  focus(): void;
  dispose(): void;
}

export function createChat(options: ChatOptions): ChatView {
  const draft = createDraft(browserStorage, options.threadId);
  const draftFiles = createDraftFiles(tabStorage, options.threadId);
  const assistantPick = createAssistantPick(tabStorage, options.threadId);
  const effortPick = createEffortPick(browserStorage, options.threadId);
  const effortChoice = createEffortChoice(effortPick);
  const announcements: Announcement[] = [];
  const announcer = createAnnouncer();
  const entriesOf = createEntries();

  const frame = createFrame(() => draw());
  const session = openSession({
    threadId: options.threadId,
    storage: tabStorage,
    assistant: assistantPick.read,
    effort: effortChoice.read,
    onChange: frame.request,
    onThread(threadId) {
      draft.moveTo(threadId);
      draftFiles.moveTo(threadId);
      assistantPick.moveTo(threadId);
      effortPick.moveTo(threadId);
      options.onThread(threadId);
    },
    onMessage(message: ServerMessage) {
      const announcement = announcementOf(message);
      if (announcement !== null) announcements.push(announcement);
      options.onMessage?.(message);
    },
    ...(options.socket === undefined ? {} : { socket: options.socket }),
  });

  const send = (text: string, files: readonly FilePart[] = []): void => {
    session.send(text, files);
    autoscroll.follow();
  };
  /** Moves the focus to the composer, because the control that was clicked disappears. */
  const focus = (): void => {
    if (matchMedia('(pointer: fine)').matches) composer.focus();
    else element.focus({ preventScroll: true });
  };

  const branchSwitch = createBranchSwitch((place) => transcript.pagerAt(place));
  const switchTo = (itemId: string, arrow: HTMLElement): void => {
    branchSwitch.begin(itemId, arrow);
    session.switchTo(itemId);
  };

  const heading = h('h1', { class: 'visually-hidden' }, 'New chat');
  const banner = h(
    'p',
    { class: 'demo-banner', hidden: true },
    'This is the demo: its answers come from a script, not from an AI. ',
    h('a', { href: at('/setup') }, 'Connect a model'),
  );
  const welcome = createWelcome((prompt) => send(prompt));
  const transcript = createTranscript(
    {
      api: options.api,
      toolCalls: {
        send,
        fill(text) {
          composer.fill(text);
          composer.focus();
        },
        open: follow,
        resolve: session.resolve,
      },
      edit(itemId, text) {
        session.edit(itemId, text);
        autoscroll.follow();
        focus();
      },
      editDraft: (itemId) => createDraft(browserStorage, itemId),
      runAgain(runId) {
        session.runAgain(runId);
        autoscroll.follow();
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
      isNearStart: () => autoscroll.isNearStart(),
      keepPlace: (change) => autoscroll.keepPlace(change),
    },
  );
  const progress = createRunProgress();
  const waiting = createWaiting({
    resolve: session.resolve,
    show: (itemId) => transcript.focusOn(itemId),
  });
  const notFound = createNotFound();
  const column = h(
    'div',
    { class: 'chat__column' },
    welcome.element,
    notFound,
    transcript.element,
    progress.element,
    waiting.element,
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
  const assistantChoice = createAssistantChoice(options.api, assistantPick, effortChoice.update);
  const composer = createComposer(draft, { send, stop: session.stop }, attachments, [
    assistantChoice.element,
    effortChoice.element,
  ]);
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
  const autoscroll = bindAutoscroll(scroller, column, (isFollowing) => {
    jump.hidden = isFollowing;
  });

  let spoken: string | null = null;
  let isNotFound = false;
  const draw = (): void => {
    const { state, status, outbox } = session;
    const isRunning = state.activeRun !== null;
    const isEmpty = state.settled.length + state.live.length + outbox.length === 0;
    const title = plain(state.thread?.title ?? '') || 'New chat';
    setTitle(title);
    setText(heading, title);
    banner.hidden = state.upstream !== 'demo';
    welcome.element.hidden = !(isEmpty && session.threadId === null);
    // A chat that was not found stays so while it reconnects, until the server has answered.
    if (status.name === 'closed') isNotFound = status.reason === 'unknown_thread';
    else if (status.name === 'open') isNotFound = false;
    notFound.hidden = !isNotFound;
    foot.hidden = isNotFound;
    transcript.element.hidden = isNotFound;
    transcript.update(entriesOf(state, outbox, session.isBusy));
    const switched = branchSwitch.end((itemId) => hasItem(state, itemId));
    if (switched !== null) {
      autoscroll.scrollBy(switched.movedPx);
      announcer.say(switched.label);
    }
    assistantChoice.update(state.thread?.assistant_id ?? null);
    progress.update(state, session.stopping !== null);
    progress.element.hidden ||= isNotFound;
    waiting.update(state);
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
    if (isNotFound) session.probe();
  });
  const setup = new AbortController();
  if (options.threadId === null) {
    options.api.setup(setup.signal).then(
      ({ ready }) => {
        if (!ready) options.onUnready();
      },
      () => {
        // The connection line says that the server does not answer.
      },
    );
  }

  listen(jump, 'click', () => {
    autoscroll.follow();
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
      autoscroll.dispose();
      transcript.dispose();
      attachments.dispose();
      assistantChoice.dispose();
      for (const remove of removers) remove();
    },
  };
}

import './chat.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import type { Commands } from '../base/keys.ts';
import { lazy } from '../base/lazy.ts';
import { follow } from '../base/links.ts';
import { plain } from '../base/plain.ts';
import { browserStorage, tabStorage } from '../base/storage.ts';
import { createFrame } from '../base/time.ts';
import { setTitle } from '../base/title.ts';
import type { Transport } from '../files/transport.ts';
import type { FilePart, ServerMessage } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { type OpenChannel, threadsChannel } from '../server/channel.ts';
import { keepDictation } from '../server/dictation.ts';
import { effortLabel, verbosityLabel } from '../server/efforts.ts';
import { firstAssistant, type Greeter } from '../server/first_assistant.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import {
  createAssistantPick,
  createDraft,
  createDraftFiles,
  createEffortPick,
  createNewChatPick,
  createVerbosityPick,
} from '../thread/drafts.ts';
import { openSession, type SessionOptions } from '../thread/session.ts';
import { hasItem } from '../thread/state.ts';
import { isWaiting } from '../tool_call/action/action.ts';
import { isToolItem } from '../tool_call/tool_call.ts';
import { button } from '../ui/button.ts';
import { createDrop } from '../ui/drop.ts';
import { icon } from '../ui/icon.ts';
import type { ThreadUsageApi } from '../usage/dialog.ts';
import { createAnnouncer } from './announcer.ts';
import { createAppContexts } from './app_contexts.ts';
import { createAssistantChoice } from './assistant_choice.ts';
import { createAttachments } from './attachments.ts';
import { bindAutoscroll } from './autoscroll.ts';
import { createBranchSwitch } from './branch_switch.ts';
import { createComposer } from './composer.ts';
import { connectionText, createConnectionLine } from './connection_line.ts';
import { createContextGauge } from './context_gauge.ts';
import { createDemoBanner } from './demo_banner.ts';
import { bindDictation } from './dictation_button.ts';
import { createEntries } from './entries.ts';
import { createRate } from './feedback.ts';
import { tellFootHeight } from './foot.ts';
import { createInstructionsChoice } from './instructions_choice.ts';
import { createModelChoice } from './model_choice.ts';
import { createNotFound } from './not_found.ts';
import type { OlderView } from './older.ts';
import { createParameterChoice } from './parameter_choice.ts';
import { bindPrinting } from './printing.ts';
import { bindServerOffers, type ServerOffersApi } from './server_offers.ts';
import type { ChatSlots } from './slots.ts';
import { createToolCaller } from './tool_caller.ts';
import { createTranscript, type Place } from './transcript.ts';
import { createWaiting } from './waiting.ts';
import { createWelcome } from './welcome.ts';

export interface ChatOptions {
  readonly threadId: string | null;
  readonly api: Pick<
    Api,
    | 'setup'
    | 'assistants'
    | 'models'
    | 'updateThread'
    | 'itemsBefore'
    | 'rate'
    | 'callTool'
    | 'file'
    | 'fileText'
    | 'deleteFile'
    | 'fileLimits'
  > &
    ServerOffersApi &
    ThreadUsageApi;
  readonly transport?: Transport;
  /** The first message has created the thread: only the address changes, the view stays. */
  onThread(threadId: string): void;
  /** Each frame of the thread's socket. */
  onMessage?(message: ServerMessage): void;
  /** Setup is not complete: there is no assistant to talk to. */
  onUnready(): void;
  readonly socket?: SessionOptions['socket'];
  readonly channel?: OpenChannel;
  readonly slots?: ChatSlots;
}

export interface ChatView extends View {
  /** Focuses the composer, or on a touch screen the view, so that the keyboard stays closed. */
  focus(): void;
  /** What keys do here now. */
  readonly commands: Commands;
  dispose(): void;
}

/** Where each chat was left, by its id, for as long as the page is open. */
const places = new Map<string, Place>();

export function createChat(options: ChatOptions): ChatView {
  const draft = createDraft(browserStorage, options.threadId);
  const draftFiles = createDraftFiles(tabStorage, options.threadId);
  const assistantPick = createAssistantPick(tabStorage, options.threadId);
  const effortPick = createEffortPick(browserStorage, options.threadId);
  const instructionsPick = createNewChatPick(tabStorage, 'instructions');
  const verbosityPick = createVerbosityPick(browserStorage, options.threadId);
  const modelPick = createNewChatPick(tabStorage, 'model');
  const effortChoice = createParameterChoice(effortPick, {
    id: 'effort-choice',
    label: t.choices.effort,
    name: 'reasoning_effort',
    labelOf: effortLabel,
    offered: ({ efforts }) => efforts,
  });
  const verbosityChoice = createParameterChoice(verbosityPick, {
    id: 'verbosity-choice',
    label: t.choices.verbosity,
    name: 'verbosity',
    labelOf: verbosityLabel,
    offered: ({ verbosities }) => verbosities,
  });
  const announcer = createAnnouncer();
  const entriesOf = createEntries();

  const frame = createFrame(() => draw());
  const session = openSession({
    threadId: options.threadId,
    storage: tabStorage,
    assistant: assistantPick.read,
    wished: () => ({
      reasoning_effort: effortChoice.read(),
      verbosity: verbosityChoice.read(),
    }),
    choices: () => ({
      ...(modelPick.read() && { model: modelPick.read() }),
      ...(instructionsPick.read() && { instructions: instructionsPick.read() }),
    }),
    onChange: frame.request,
    onThread(threadId) {
      draft.moveTo(threadId);
      draftFiles.moveTo(threadId);
      assistantPick.moveTo(threadId);
      effortPick.moveTo(threadId);
      verbosityPick.moveTo(threadId);
      modelPick.write('');
      instructionsPick.write('');
      options.onThread(threadId);
    },
    onMessage(message: ServerMessage) {
      announcer.hear(message);
      if (message.type === 'snapshot') replaced();
      options.onMessage?.(message);
    },
    ...(options.socket === undefined ? {} : { socket: options.socket }),
  });

  const contexts = createAppContexts();
  const send = (text: string, files: readonly FilePart[] = []): void => {
    const waits = session.isBusy;
    session.send(text, files, contexts.take());
    if (waits) autoscroll.follow();
    else hold();
  };
  /** The question moves to the top once it is drawn, and its answer grows below it. */
  let holds = false;
  /** Where the reader was, which is yet to be shown again. */
  let left = places.get(options.threadId ?? '') ?? null;
  const hold = (): void => {
    holds = true;
    left = null;
    frame.request();
  };
  /** Moves the focus to the composer, because the control that was clicked disappears. */
  const focus = (): void => {
    if (matchMedia('(pointer: fine)').matches) composer.focus();
    else element.focus({ preventScroll: true });
  };

  let isSwitching = false;
  /** The path that the arrow led to has come. */
  let isOtherPath = false;
  /** What was in view when a snapshot came, of the end of a long path: the reader may have been above that. */
  let seen: Place | null = null;
  const replaced = (): void => {
    if (isSwitching) isOtherPath = true;
    else if (session.state.before !== null && !autoscroll.isFollowing) seen ??= transcript.place();
    isSwitching = false;
  };
  const branchSwitch = createBranchSwitch((place) => transcript.pagerAt(place));
  const switchTo = (itemId: string, arrow: HTMLElement): void => {
    branchSwitch.begin(itemId, arrow);
    isSwitching = true;
    isOtherPath = false;
    session.switchTo(itemId);
  };

  const heading = h('h1', { class: 'visually-hidden' }, common.newChat);
  const banner = createDemoBanner(browserStorage, () => focus());
  const { startScreen = createWelcome, toolBody, answerRow } = options.slots ?? {};
  const welcome = startScreen((prompt) => send(prompt));
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
        callTool: createToolCaller(options.api, () => session.threadId),
        tellModel: contexts.tell,
        resolve: session.resolve,
        redraw: frame.request,
        toolBody,
      },
      answerRow,
      edit(itemId, text) {
        session.edit(itemId, text);
        hold();
        focus();
      },
      editDraft: (itemId) => createDraft(browserStorage, itemId),
      runAgain(runId) {
        session.runAgain(runId);
        hold();
        focus();
      },
      switchTo,
      rate: createRate(options.api, () => session.threadId),
      retry: session.retry,
      discard(entryId) {
        session.discard(entryId);
        focus();
      },
      hold: session.hold,
      rewrite(entryId, text) {
        session.rewrite(entryId, text);
        focus();
      },
    },
    {
      top: () => scroller.getBoundingClientRect().top,
      isNearStart: () => autoscroll.isNearStart(),
      keepPlace: (change) => autoscroll.keepPlace(change),
      atStart() {
        older?.read();
      },
    },
  );
  const waiting = createWaiting({
    resolve: session.resolve,
    stop: session.stop,
    leave: focus,
    show: transcript.focusOn,
    controlsOf: transcript.controlsOf,
  });
  const notFound = createNotFound();
  let older: OlderView | null = null;
  const olderCode = lazy(() => import('./older.ts'));
  const loadOlder = async (): Promise<void> => {
    const { createOlder } = await olderCode.load();
    if (older !== null || setup.signal.aborted) return;
    older = createOlder({
      session,
      itemsBefore: options.api.itemsBefore,
      scroller,
      say: announcer.say,
      draw,
    });
    transcript.element.before(older.element);
    draw();
    transcript.scrolled();
  };
  const column = h(
    'div',
    { class: 'chat__column' },
    welcome.element,
    notFound,
    transcript.element,
    waiting.element,
  );
  const scroller = h(
    'div',
    { class: 'chat__scroller', tabindex: 0, role: 'region', 'aria-label': t.chat },
    column,
  );
  const jump = button(t.jump, { class: 'chat__jump', hidden: true });
  jump.prepend(icon('down'));
  const connection = createConnectionLine(session.probe);
  const attachments = createAttachments({
    api: options.api,
    draft: draftFiles,
    onChange: frame.request,
    ...(options.socket?.clock === undefined ? {} : { clock: options.socket.clock }),
    ...(options.transport === undefined ? {} : { transport: options.transport }),
  });
  const first = firstAssistant();
  const greet = (greeter: Greeter | null): void => {
    welcome.update(greeter);
    composer.setPlaceholder(greeter?.start.placeholder ?? '');
  };
  const assistantChoice = createAssistantChoice(options.api, assistantPick, (answerer) => {
    if (answerer !== null) modelChoice.show(answerer);
    // The default one answers in place of one that is gone.
    greet(answerer ?? first);
  });
  const modelChoice = createModelChoice(
    options.api,
    modelPick,
    () => session.threadId,
    (answerer) => {
      effortChoice.update(answerer);
      verbosityChoice.update(answerer);
    },
  );
  const instructions = createInstructionsChoice(
    options.api,
    instructionsPick,
    () => session.threadId,
  );
  const gauge = createContextGauge(() => {
    const { threadId, state } = session;
    if (threadId === null) return;
    const title = plain(state.thread?.title ?? '');
    void import('../usage/dialog.ts').then(({ openThreadUsage }) =>
      openThreadUsage(options.api, threadId, title),
    );
  });
  const composer = createComposer(
    draft,
    { send, stop: session.stop, editLast: transcript.editLast, leave: () => focus() },
    attachments,
    [
      assistantChoice.element,
      modelChoice.element,
      effortChoice.element,
      verbosityChoice.element,
      instructions.element,
      gauge.element,
    ],
  );
  // One that was chosen has words of its own, which are not known yet.
  if (first !== null && ['', first.id].includes(assistantPick.read())) greet(first);
  const serverOffers = bindServerOffers({
    api: options.api,
    composer,
    attachments,
    ...(options.socket?.clock === undefined ? {} : { clock: options.socket.clock }),
  });
  const dictation = bindDictation({ composer, say: announcer.say, leave: focus });
  const foot = h(
    'div',
    { class: 'chat__foot' },
    jump,
    connection.element,
    contexts.element,
    composer.element,
  );
  const element = h(
    'main',
    { class: 'chat', id: 'main', tabindex: -1 },
    heading,
    banner.element,
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
  const autoscroll = bindAutoscroll(scroller, column, transcript.question, (isAtEnd) => {
    jump.hidden = isAtEnd;
  });

  let spoken: string | null = null;
  let isNotFound = false;
  const draw = (): void => {
    const { state, status, outbox } = session;
    const isRunning = state.activeRun !== null;
    const isEmpty = state.settled.length + state.live.length + outbox.length === 0;
    const title = plain(state.thread?.title ?? '') || common.newChat;
    setTitle(title);
    setText(heading, title);
    banner.update(state.upstream);
    welcome.element.hidden = !(isEmpty && session.threadId === null);
    // A chat that was not found stays so while it reconnects, until the server has answered.
    if (status.name === 'closed') isNotFound = status.reason === 'unknown_thread';
    else if (status.name === 'open') isNotFound = false;
    notFound.hidden = !isNotFound;
    foot.hidden = isNotFound;
    transcript.element.hidden = isNotFound;
    showItems();
    keepPlace();
    const switched = branchSwitch.end(isHere);
    if (switched !== null) {
      autoscroll.scrollBy(switched.movedPx);
      announcer.say(switched.label);
    }
    assistantChoice.update(state.thread?.assistant_id ?? null);
    // Between a first message and its thread nothing is known.
    if (session.threadId === null || state.thread !== null) {
      modelChoice.update(state.thread?.model);
      instructions.update(state.thread?.instructions ?? null);
    }
    gauge.update(state.runs);
    waiting.update(state, outbox.filter(({ stage }) => stage.name !== 'failed').length);
    connection.update(status, session.notice);
    composer.update({
      isRunning,
      isAsking: state.live.filter(isToolItem).some(isWaiting),
      isStopping: session.stopping !== null,
      isClosed: status.name === 'closed',
    });
    announce();
  };

  let before: string | null = null;
  const showItems = (): void => {
    const { state, outbox } = session;
    const show = (): void => {
      older?.update(isNotFound);
      transcript.update(entriesOf(state, outbox, session.isBusy, session.stopping !== null));
    };
    // On opening, nothing is read yet that could move.
    const isMore = before !== null && before !== state.before && hasItem(state, before);
    if (isMore) autoscroll.keepPlace(show);
    else show();
    before = state.before;
    if (before !== null && older === null) {
      loadOlder().catch(() => {
        // The next drawing tries again.
      });
    }
  };
  /** Whether an item is shown now; if it may be older than what is here, that is read. */
  const isHere = (itemId: string): boolean => {
    if (hasItem(session.state, itemId)) {
      transcript.reveal(itemId);
      return true;
    }
    if (isOtherPath) older?.read();
    return false;
  };

  /** The question that the last drawing showed last; undefined before there was anything. */
  let asked: string | null | undefined;
  const keepPlace = (): void => {
    const { live } = session.state;
    if (seen !== null && transcript.elementOf(seen.key) === null) left ??= seen;
    seen = null;
    if (live.length > 0 && left !== null) {
      const element = transcript.reveal(left.key);
      if (element === null && session.state.before !== null && !older?.hasFailed) {
        older?.read();
        return;
      }
      const below =
        (element?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top;
      if (element !== null) autoscroll.scrollBy(below - left.px);
      left = null;
    }
    const question = live[0]?.type === 'user_message' ? live[0].id : null;
    // What waited is asked now, or somebody asks from another tab.
    const isNew = question !== asked && asked !== undefined && autoscroll.isFollowing;
    if (live.length > 0) asked = question;
    if (holds || isNew) autoscroll.hold();
    holds = false;
  };

  const announce = (): void => {
    announcer.tell(session.state, transcript.elementOf);
    const trouble = session.status.name === 'connecting' ? spoken : connectionText(session.status);
    if (trouble !== spoken) announcer.say(trouble ?? t.announced.connected);
    spoken = trouble;
  };

  const channel = (options.channel ?? threadsChannel)(() => {
    if (isNotFound) session.probe();
  });
  const setup = new AbortController();
  if (options.threadId === null) {
    options.api.setup(setup.signal).then(
      (state) => {
        keepDictation(state.dictation);
        dictation.show();
        if (!state.ready) options.onUnready();
      },
      () => {
        // The connection line says that the server does not answer.
      },
    );
  }

  listen(jump, 'click', () => {
    left = null;
    autoscroll.follow();
    composer.focus();
  });
  listen(scroller, 'scroll', transcript.scrolled, { passive: true });
  const removers = [
    tellFootHeight(foot),
    bindPrinting(element, transcript.showAll),
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
    get commands() {
      const isRunning = session.state.activeRun !== null && session.stopping === null;
      return {
        composer: () => composer.focus(),
        editLast: transcript.editLast,
        copyAnswer: transcript.copyLast,
        ...(isRunning ? { stop: session.stop } : {}),
      };
    },
    dispose() {
      const { threadId } = session;
      const place = autoscroll.isFollowing ? null : transcript.place();
      if (threadId !== null && place !== null) places.set(threadId, place);
      else if (threadId !== null) places.delete(threadId);
      setup.abort();
      channel.dispose();
      frame.cancel();
      session.dispose();
      autoscroll.dispose();
      transcript.dispose();
      older?.dispose();
      welcome.dispose?.();
      waiting.dispose();
      serverOffers.dispose();
      dictation.dispose();
      attachments.dispose();
      assistantChoice.dispose();
      modelChoice.dispose();
      for (const remove of removers) remove();
    },
  };
}

/** One app in its frame, from its loading to its end. */

import { listen } from '../base/dom.ts';
import { onTheme } from '../base/theme.ts';
import { createFrame, systemClock } from '../base/time.ts';
import type { AppInfo } from '../protocol.ts';
import { t } from '../strings/apps.ts';
import type { AppCall } from './call.ts';
import { type DisplayMode, fixedContext, locale, safeArea, theme } from './context.ts';
import { createAppFrame } from './frame.ts';
import { pageUrl } from './info.ts';
import type { Fields } from './messages.ts';
import { createAppSession, type Handlers, invalid } from './session.ts';

export interface RunningAppOptions {
  readonly itemId: string;
  readonly title: string;
  readonly info: AppInfo;
  readonly requests: Handlers;
  /** The app asks for a mode. Returns the one that it gets. */
  readonly requestMode: (mode: DisplayMode) => DisplayMode;
  /** It cannot go on, for a reason in a sentence; or has asked to be closed. */
  readonly onEnd: (reason: string) => void;
}

export interface RunningApp {
  readonly element: HTMLElement;
  update(call: AppCall): void;
  setMode(mode: DisplayMode): void;
  /** Tells the app, gives it a moment, and removes it. */
  end(reason: string): void;
  /** Removes it at once. */
  dispose(): void;
}

const LEAST_PX = 48;
/** Of the height of the window. */
const MOST = 0.8;
/** How long an app may take to save what it has. */
const END_MS = 1_000;

export function runApp(options: RunningAppOptions): RunningApp {
  const { info } = options;
  let mode: DisplayMode = 'inline';
  let height: number | null = null;
  let modes: readonly unknown[] | null = null;

  const frame = createAppFrame({
    address: pageUrl(options.itemId),
    title: options.title,
    onMessage: (message) => session.receive(message),
    onBroken: options.onEnd,
  });
  const { element } = frame;

  const mostPx = (): number => Math.round(innerHeight * MOST);
  const dimensions = (): Fields => ({
    containerDimensions: {
      width: element.clientWidth,
      ...(mode === 'inline' ? { maxHeight: mostPx() } : { height: element.clientHeight }),
    },
  });
  const setHeight = (): void => {
    const px = height === null ? '' : `${Math.min(Math.max(height, LEAST_PX), mostPx())}px`;
    element.style.height = mode === 'inline' ? px : '';
  };

  const session = createAppSession({
    post: frame.post,
    capabilities: {
      openLinks: {},
      downloadFile: {},
      serverTools: {},
      ...(info.tool === null ? {} : { serverResources: {} }),
      message: { text: {} },
      updateModelContext: { text: {}, structuredContent: {} },
      sandbox: { permissions: {}, csp: asked(info) },
    },
    context: () => ({
      ...fixedContext(),
      ...toolInfo(info),
      ...locale(),
      ...theme(),
      ...safeArea(),
      ...dimensions(),
      displayMode: mode,
    }),
    handlers: {
      ...options.requests,
      'ui/request-display-mode': ({ mode: wanted }) => {
        if (typeof wanted !== 'string') throw invalid('The mode is missing.');
        const known = wanted === 'inline' || wanted === 'fullscreen' ? wanted : mode;
        const isSupported = modes === null || modes.includes(known);
        return { mode: isSupported ? options.requestMode(known) : mode };
      },
    },
    notified: {
      'ui/notifications/size-changed': (size) => {
        const px = size['height'];
        if (typeof px !== 'number' || !Number.isFinite(px)) return;
        height = Math.ceil(px);
        setHeight();
      },
      'ui/notifications/request-teardown': () => options.onEnd(t.ended),
    },
    onReady(capabilities) {
      const listed = capabilities['availableDisplayModes'];
      modes = Array.isArray(listed) ? listed : null;
    },
  });

  let width = 0;
  const resized = new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    session.changed(dimensions());
  });
  resized.observe(element);
  const fitting = createFrame(() => {
    setHeight();
    session.changed({ ...dimensions(), ...safeArea() });
  });
  const removers = [
    onTheme(() => session.changed(theme())),
    listen(window, 'languagechange', () => session.changed(locale())),
    listen(window, 'resize', fitting.request),
    fitting.cancel,
  ];

  const dispose = (): void => {
    for (const remove of removers) remove();
    resized.disconnect();
    frame.dispose();
  };
  return {
    element,
    update: session.update,
    setMode(next) {
      mode = next;
      setHeight();
      session.changed({ displayMode: mode, ...dimensions() });
    },
    end(reason) {
      element.hidden = true;
      const cancel = systemClock.after(END_MS, dispose);
      void session.end(reason).then(() => {
        cancel();
        dispose();
      });
    },
    dispose() {
      // Told, but not waited for: its frame goes with the chat.
      void session.end('The chat is closed.');
      dispose();
    },
  };
}

/** The tool that brought the app, as its server describes it. */
function toolInfo({ tool }: AppInfo): Fields {
  if (tool === null) return {};
  const { name, title, description, input_schema: inputSchema } = tool;
  return {
    toolInfo: { tool: { name, ...(title === null ? {} : { title }), description, inputSchema } },
  };
}

/** What the app may load from, in the extension's words. */
function asked({ granted }: AppInfo): Fields {
  return {
    connectDomains: granted.connect,
    resourceDomains: granted.resource,
    frameDomains: granted.frame,
    baseUriDomains: granted.base_uri,
  };
}

import { listen } from '../base/dom.ts';
import { systemClock } from '../base/time.ts';
import { t } from '../strings/apps.ts';
import { createSealedFrame } from '../ui/sealed_frame.ts';
import { type Incoming, type Outgoing, readMessage } from './messages.ts';
import { createRate } from './rate.ts';

export interface AppFrame {
  readonly element: HTMLIFrameElement;
  post(message: Outgoing): void;
  dispose(): void;
}

export interface FrameOptions {
  readonly address: string;
  /** What it is, for a screen reader. */
  readonly title: string;
  readonly onMessage: (message: Incoming) => void;
  /** It cannot go on, for a reason in a sentence. */
  readonly onBroken: (reason: string) => void;
}

const RATE = { burst: 300, perSecond: 100 };

/** The sealed frame of an app, whose messages come to the window, as the extension has it. */
export function createAppFrame({ address, title, onMessage, onBroken }: FrameOptions): AppFrame {
  const element = createSealedFrame({
    address,
    title,
    className: 'app-frame',
    onLeft: () => onBroken(t.leftForPage),
  });
  const rate = createRate(systemClock, RATE);
  const stop = listen(window, 'message', (event) => {
    if (!(event instanceof MessageEvent)) return;
    // Frames within the app have windows of their own, and every other page has an origin.
    if (event.source !== element.contentWindow || event.origin !== 'null') return;
    if (!rate.take()) {
      onBroken(t.tooMany);
      return;
    }
    const message = readMessage(event.data);
    if (message !== null) onMessage(message);
  });
  return {
    element,
    post(message) {
      // An opaque origin has no name. Who gets it is settled by frame-src: no other site's page can be
      // in the frame.
      element.contentWindow?.postMessage(message, '*');
    },
    dispose() {
      stop();
      element.remove();
    },
  };
}

import { h, listen } from '../base/dom.ts';

export interface SealedFrameOptions {
  /** A document of this server that comes with a sealing policy (`backend/http/sealed.py`). */
  readonly address: string;
  /** What it is, for a screen reader. */
  readonly title: string;
  readonly className: string;
  /** It has gone to another page. */
  readonly onLeft: () => void;
  /** How many documents it may load: one, unless its document is written anew. */
  readonly documents?: number;
  readonly loading?: 'lazy' | 'eager';
}

/**
 * A frame with an opaque origin: its document has no cookies, no storage, reads nothing of this page or
 * of any other, reaches no network, and leads no tab anywhere. Only messages come and go. It begins anew
 * wherever it is moved to.
 */
export function createSealedFrame({
  address,
  title,
  className,
  onLeft,
  documents = 1,
  loading = 'lazy',
}: SealedFrameOptions): HTMLIFrameElement {
  const element = h('iframe', {
    class: className,
    title,
    src: address,
    sandbox: 'allow-scripts',
    allow: '',
    referrerpolicy: 'no-referrer',
    loading,
  });
  let loaded = 0;
  listen(element, 'load', () => {
    loaded += 1;
    if (loaded > documents) onLeft();
  });
  return element;
}

/**
 * Sends the document of such a frame its first message once it is loaded, and with it a port, by which
 * alone the two speak from then on: nobody else can answer in its place.
 */
export function connect(
  frame: HTMLIFrameElement,
  first: unknown,
  onMessage: (data: unknown) => void,
): Promise<MessagePort> {
  return new Promise((resolve) => {
    const connected = (): void => {
      const { port1: ours, port2: theirs } = new MessageChannel();
      ours.onmessage = ({ data }: MessageEvent<unknown>) => onMessage(data);
      // An opaque origin has no name. Who gets it is settled by frame-src: no other site's page can be
      // in the frame.
      frame.contentWindow?.postMessage(first, '*', [theirs]);
      resolve(ours);
    };
    frame.addEventListener('load', connected, { once: true });
  });
}

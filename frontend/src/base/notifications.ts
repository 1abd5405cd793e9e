/** Notifications of the browser, where the reader allowed them. */

export function canAsk(): boolean {
  return 'Notification' in window && Notification.permission === 'default';
}

/** Asks for the permission. Only on a click: a browser hides the question otherwise. */
export async function ask(): Promise<void> {
  if (canAsk()) await Notification.requestPermission();
}

/** `key`: a later notification takes the place of the one with the same key. `open` is called on a click. */
export type Notify = (title: string, body: string, key: string, open: () => void) => void;

/** How long another tab has to say that the reader looks at it. */
const ANSWER_MS = 200;

/** Notifies a reader who looks at no tab of this browser that shows this page. */
export function createNotify(): Notify {
  const tabs = new BroadcastChannel('runstream.looks');
  let isSeen = false;
  tabs.onmessage = ({ data }) => {
    if (data === 'seen') isSeen = true;
    else if (looks()) tabs.postMessage('seen');
  };
  return (...notification) => {
    if (!('Notification' in window) || Notification.permission !== 'granted' || looks()) return;
    isSeen = false;
    tabs.postMessage('seen?');
    setTimeout(() => {
      if (!isSeen && !looks()) show(...notification);
    }, ANSWER_MS);
  };
}

function looks(): boolean {
  return !document.hidden && document.hasFocus();
}

const show: Notify = (title, body, key, open) => {
  try {
    const notification = new Notification(title, { body, tag: key });
    notification.addEventListener('click', () => {
      window.focus();
      open();
      notification.close();
    });
  } catch {
    // Chrome on Android has them only in service workers.
  }
};

/** Notifications of the browser, where the reader allowed them. */

export function canAsk(): boolean {
  return 'Notification' in window && Notification.permission === 'default';
}

/** Asks for the permission. Only on a click: a browser hides the question otherwise. */
export async function ask(): Promise<void> {
  if (canAsk()) await Notification.requestPermission();
}

/** Notifies a reader who looks elsewhere. `key`: a later notification takes the place of the one with
 * the same key. `open` is called on a click. */
export function notify(title: string, body: string, key: string, open: () => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  if (!document.hidden && document.hasFocus()) return;
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
}

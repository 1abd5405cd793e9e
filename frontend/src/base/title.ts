/** The title of the tab: what the page shows, and before it that something waits for the reader. */

let page = '';
let waiting = 0;

export function setTitle(text: string): void {
  page = text;
  write();
}

/** Says how many chats wait for the reader. */
export function setWaiting(chats: number): void {
  waiting = chats;
  write();
}

function write(): void {
  const mark =
    waiting === 0 ? '' : waiting === 1 ? 'Waits for you · ' : `${waiting} wait for you · `;
  const title = `${mark}${page} · Runstream`;
  if (document.title !== title) document.title = title;
}

/** The title of the tab: what the page shows, and before it that something waits for the reader. */

import { common } from '../strings/common.ts';

/** Until it is said, what the document is called that the page came in. */
let site = document.title;
let page = '';
let waiting = 0;

/** Says what the whole site is called; until then it is what the document is called. */
export function setSite(name: string): void {
  site = name;
  write();
}

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
    waiting === 0 ? '' : waiting === 1 ? common.waiting.one : common.waiting.several(waiting);
  const title = page === '' ? site : `${mark}${page} · ${site}`;
  if (document.title !== title) document.title = title;
}

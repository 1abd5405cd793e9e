// Says that the server cannot be reached, in place of the browser's own page. It keeps that one page and answers
// only where the network has no answer: nothing of the app, and nothing of the API, ever comes from here, so that
// an update is never hidden by what is old.

const CACHE = `offline ${registration.scope}`;
const PAGE = new URL('offline', registration.scope).href;
const API = new URL('api/', registration.scope).href;

/** Fetches the page anew; where nothing has changed since, that is an empty answer. */
async function keep() {
  const page = await fetch(PAGE, { cache: 'no-cache' });
  if (!page.ok) throw new Error(`${PAGE}: ${page.status}`);
  const cache = await caches.open(CACHE);
  await cache.put(PAGE, page);
}

async function answer(event) {
  try {
    const page = (await event.preloadResponse) ?? (await fetch(event.request));
    refresh(event);
    return page;
  } catch {
    return (await caches.match(PAGE)) ?? Response.error();
  }
}

let isFresh = false;

/** Once for each time that the browser starts this script. */
function refresh(event) {
  if (isFresh) return;
  isFresh = true;
  event.waitUntil(keep().catch(() => {}));
}

addEventListener('install', (event) => {
  isFresh = true;
  event.waitUntil(keep().then(() => skipWaiting()));
});
addEventListener('activate', (event) => {
  // The request goes out while this script is started.
  event.waitUntil(registration.navigationPreload?.enable());
});
addEventListener('fetch', (event) => {
  const { mode, destination, url } = event.request;
  if (mode === 'navigate' && destination === 'document' && !url.startsWith(API)) {
    event.respondWith(answer(event));
  }
});

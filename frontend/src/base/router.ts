import { listen } from './dom.ts';
import { at, withoutRoot } from './root.ts';

export type Route =
  | { readonly name: 'chat'; readonly threadId: string | null }
  | { readonly name: 'setup'; readonly section?: string }
  | { readonly name: 'tools'; readonly tool: string | null };

export interface Router {
  readonly route: Route;
  navigate(route: Route): void;
  /** Replaces the current history entry, so that Back skips this page. */
  redirect(route: Route): void;
  /** Changes the address of the page that is shown: no history entry, no `onRoute`. */
  rename(route: Route): void;
  dispose(): void;
}

/** Returns the route of a path with its fragment, if any; null if the page has none. */
export function parseRoute(address: string): Route | null {
  const [path = '', section = ''] = withoutRoot(address).split('#');
  if (path === '/' || path === '/chat' || path === '/chat/')
    return { name: 'chat', threadId: null };
  if (path === '/setup' || path === '/setup/') {
    return section === '' ? { name: 'setup' } : { name: 'setup', section };
  }
  if (path === '/tools' || path === '/tools/') return { name: 'tools', tool: null };
  const [, view, part] = /^\/(chat|tools)\/([^/]+)\/?$/.exec(path) ?? [];
  if (part === undefined) return null;
  try {
    const name = decodeURIComponent(part);
    return view === 'chat' ? { name: 'chat', threadId: name } : { name: 'tools', tool: name };
  } catch {
    return null;
  }
}

export function routePath(route: Route): string {
  if (route.name === 'setup') return at(route.section ? `/setup#${route.section}` : '/setup');
  if (route.name === 'tools') {
    return at(route.tool === null ? '/tools' : `/tools/${encodeURIComponent(route.tool)}`);
  }
  return at(route.threadId === null ? '/chat' : `/chat/${encodeURIComponent(route.threadId)}`);
}

/** Follows the browser's history and clicks on links of this page. */
export function createRouter(onRoute: (route: Route) => void): Router {
  const address = (): string => location.pathname + location.hash;
  const here = (): Route => parseRoute(address()) ?? { name: 'chat', threadId: null };
  let route = here();
  if (address() !== routePath(route)) history.replaceState(null, '', routePath(route));

  const show = (next: Route): void => {
    route = next;
    onRoute(next);
  };
  const redirect = (next: Route): void => {
    history.replaceState(null, '', routePath(next));
    show(next);
  };
  const navigate = (next: Route): void => {
    if (routePath(next) === address()) {
      redirect(next);
      return;
    }
    history.pushState(null, '', routePath(next));
    show(next);
  };

  const removers = [
    listen(window, 'popstate', () => show(here())),
    listen(document, 'click', (event) => {
      const next = clickedRoute(event);
      if (next === null) return;
      event.preventDefault();
      navigate(next);
    }),
  ];

  return {
    get route() {
      return route;
    },
    navigate,
    redirect,
    rename(next) {
      route = next;
      history.replaceState(null, '', routePath(next));
    },
    dispose() {
      for (const remove of removers) remove();
    },
  };
}

function clickedRoute(event: MouseEvent): Route | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) {
    return null;
  }
  if (link.origin !== location.origin) return null;
  const route = parseRoute(link.pathname + link.hash);
  // A place in a chat is the browser's to find.
  return link.hash !== '' && route?.name === 'chat' ? null : route;
}

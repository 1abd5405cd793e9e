import { afterEach, expect, test } from 'vitest';
import { h } from '../../src/base/dom.ts';
import {
  createRouter,
  parseRoute,
  type Route,
  type Router,
  routePath,
} from '../../src/base/router.ts';

let router: Router | null = null;

afterEach(() => {
  router?.dispose();
  router = null;
  document.body.replaceChildren();
});

test('paths and routes are each other’s inverse', () => {
  const routes: Route[] = [
    { name: 'chat', threadId: null },
    { name: 'chat', threadId: 'thread_1' },
    { name: 'chat', threadId: 'a b/c?d#é' },
    { name: 'setup' },
    { name: 'setup', section: 'approvals' },
    { name: 'tools', tool: null },
    { name: 'tools', tool: 'get_weather' },
    { name: 'tools', tool: 'a b/c?d#é' },
  ];
  for (const route of routes) {
    const url = new URL(routePath(route), 'http://localhost');
    expect(parseRoute(url.pathname + url.hash)).toEqual(route);
  }
});

test('a path that is none of ours has no route', () => {
  for (const path of ['/api/setup', '/chat/a/b', '/chat/%E0%A4%A', '/nothing']) {
    expect(parseRoute(path)).toBeNull();
  }
});

test('the start page is a new chat', () => {
  history.replaceState(null, '', '/');
  router = createRouter(() => {});
  expect(router.route).toEqual({ name: 'chat', threadId: null });
  expect(location.pathname).toBe('/chat');
});

test('a click on a link of this page navigates without a load', () => {
  history.replaceState(null, '', '/chat');
  const seen: Route[] = [];
  router = createRouter((route) => seen.push(route));
  const link = h('a', { href: '/setup' }, 'Setup');
  document.body.append(link);
  link.click();
  expect(seen).toEqual([{ name: 'setup' }]);
  expect(location.pathname).toBe('/setup');
});

test('a link to a section of the setup is followed, one to a place in a chat is left alone', () => {
  history.replaceState(null, '', '/chat/thread_1');
  const seen: Route[] = [];
  router = createRouter((route) => seen.push(route));
  const place = h('a', { href: '#place' }, 'Place');
  const section = h('a', { href: '/setup#approvals' }, 'Approvals');
  document.body.append(place, section);
  place.click();
  expect(seen.filter(({ name }) => name === 'setup')).toEqual([]);
  section.click();
  expect(seen.at(-1)).toEqual({ name: 'setup', section: 'approvals' });
  expect(location.pathname + location.hash).toBe('/setup#approvals');
});

test('a click with a modifier key is left to the browser', () => {
  history.replaceState(null, '', '/chat');
  const seen: Route[] = [];
  router = createRouter((route) => seen.push(route));
  const link = h('a', { href: '/setup' }, 'Setup');
  document.body.append(link);
  link.addEventListener('click', (event) => setTimeout(() => event.preventDefault()));
  link.dispatchEvent(
    new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true, button: 0 }),
  );
  expect(seen).toEqual([]);
});

test('renaming changes the address and tells nobody', () => {
  history.replaceState(null, '', '/chat');
  const seen: Route[] = [];
  router = createRouter((route) => seen.push(route));
  router.rename({ name: 'chat', threadId: 'thread_1' });
  expect(location.pathname).toBe('/chat/thread_1');
  expect(router.route).toEqual({ name: 'chat', threadId: 'thread_1' });
  expect(seen).toEqual([]);
});

test('going where one is adds nothing to the history', () => {
  history.replaceState(null, '', '/chat');
  const seen: Route[] = [];
  router = createRouter((route) => seen.push(route));
  const before = history.length;
  router.navigate({ name: 'chat', threadId: null });
  expect(history.length).toBe(before);
  expect(seen).toHaveLength(1);
});

test('a redirect leaves no way back to where it came from', () => {
  history.replaceState(null, '', '/chat');
  const seen: Route[] = [];
  router = createRouter((route) => seen.push(route));
  const before = history.length;
  router.redirect({ name: 'setup' });
  expect(history.length).toBe(before);
  expect(location.pathname).toBe('/setup');
  expect(seen).toEqual([{ name: 'setup' }]);
});

import { afterEach, expect, test } from 'vitest';
import { h } from '../../src/base/dom.ts';
import { at, withoutRoot } from '../../src/base/root.ts';
import { parseRoute, routePath } from '../../src/base/router.ts';

afterEach(() => document.head.replaceChildren());

test('on a host of its own the server’s addresses are as they are', () => {
  expect(at('/chat')).toBe('/chat');
  expect(withoutRoot('/chat/t')).toBe('/chat/t');
});

test('under a path every address begins with it', () => {
  document.head.append(h('meta', { name: 'root', content: '/chat-app' }));
  expect(at('/api/setup')).toBe('/chat-app/api/setup');
  expect(withoutRoot('/chat-app/setup')).toBe('/setup');
  expect(withoutRoot('/chat-apple/setup')).toBe('/chat-apple/setup');
  expect(routePath({ name: 'chat', threadId: 'a b' })).toBe('/chat-app/chat/a%20b');
  expect(parseRoute('/chat-app/chat/a%20b')).toEqual({ name: 'chat', threadId: 'a b' });
});

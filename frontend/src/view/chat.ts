import { h, type View } from '../dom.ts';

export function createChat(): View {
  return { element: h('main', { id: 'main', tabindex: -1 }, h('h1', {}, 'Chat')), dispose() {} };
}

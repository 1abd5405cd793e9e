import { h, type View } from '../dom.ts';

export function createSetup(): View {
  return { element: h('main', { id: 'main', tabindex: -1 }, h('h1', {}, 'Setup')), dispose() {} };
}

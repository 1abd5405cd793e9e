import { h } from '../../base/dom.ts';
import { createJsonView } from '../json/view.ts';
import { parsed } from '../label.ts';

/** The arguments of a call: short values in a list of their names, everything else as JSON. */
export function argumentsView(text: string, label: string): HTMLElement {
  const value = parsed(text === '' ? '{}' : text);
  const entries = Object.entries(Object(value));
  if (typeof value !== 'object' || value === null || entries.some(([, each]) => isDeep(each))) {
    const view = createJsonView(label);
    view.show(text);
    return view.element;
  }
  if (entries.length === 0) return h('p', { class: 'action__none' }, 'It takes no arguments.');
  return h(
    'dl',
    { class: 'action__arguments', 'aria-label': label },
    ...entries.flatMap(([name, each]) => [
      h('dt', {}, name),
      h('dd', { dir: 'auto' }, typeof each === 'string' ? each : JSON.stringify(each)),
    ]),
  );
}

function isDeep(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((each) => typeof each === 'object' && each !== null);
  return typeof value === 'object' && value !== null;
}

import { h } from '../../base/dom.ts';
import { membersOf, parseJson, plainText } from '../../base/json/source.ts';
import { t } from '../../strings/calls.ts';
import { createJsonView } from '../json/view.ts';

/** The arguments of a call: short values in a list of their names, everything else as JSON. */
export function argumentsView(source: string, label: string): HTMLElement {
  const text = source === '' ? '{}' : source;
  const value = parseJson(text);
  const isFlat = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isFlat || Object.values(value).some(isDeep)) {
    const view = createJsonView(label);
    view.show(source);
    return view.element;
  }
  const members = membersOf(text);
  if (members.length === 0) return h('p', { class: 'action__none' }, t.noArguments);
  return h(
    'dl',
    { class: 'action__arguments', 'aria-label': label },
    ...members.flatMap(({ name, value: each }) => [
      h('dt', {}, name),
      h('dd', { dir: 'auto' }, plainText(each)),
    ]),
  );
}

function isDeep(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((each) => typeof each === 'object' && each !== null);
  return typeof value === 'object' && value !== null;
}

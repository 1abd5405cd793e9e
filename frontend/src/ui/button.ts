import { type Attributes, h } from '../base/dom.ts';
import { type IconName, icon } from './icon.ts';

/** How a button looks; `text` has no frame and stands in a line of text. */
type Kind = 'primary' | 'quiet' | 'danger' | 'text';
type IconKind = 'small' | 'filled';

type Options<K> = Attributes & { readonly kind?: K };

export function button(
  label: string,
  { kind, ...attributes }: Options<Kind> = {},
): HTMLButtonElement {
  const given = { type: 'button', ...attributes };
  return h('button', { ...given, class: classes('button', kind, given) }, label);
}

/** A button that shows an icon. `label` names it to a screen reader and, unless `title` is given,
 * is the tooltip. */
export function iconButton(
  name: IconName,
  label: string,
  { kind, ...attributes }: Options<IconKind> = {},
): HTMLButtonElement {
  const given = { type: 'button', title: label, ...attributes };
  const element = h('button', { ...given, class: classes('icon-button', kind, given) });
  setIcon(element, name, label, given.title);
  return element;
}

export function setIcon(
  element: HTMLElement,
  name: IconName,
  label: string,
  title: Attributes[string] = label,
): void {
  element.title = String(title);
  element.replaceChildren(icon(name), h('span', { class: 'visually-hidden' }, label));
}

function classes(block: string, kind: string | undefined, attributes: Attributes): string {
  const names = [block, kind && `${block}--${kind}`, attributes['class']];
  return names.filter((name) => name).join(' ');
}

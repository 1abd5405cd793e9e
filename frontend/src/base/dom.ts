/** Elements and text nodes: this page never parses a string as HTML. */

export type Child = Node | string | null | undefined | false;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What a view function returns. */
export interface View {
  readonly element: HTMLElement;
  /** Ends what would outlast the element: timers, requests, listeners on anything else. Listeners
   * on the view's own elements go with them. */
  dispose?(): void;
}

/** A view of a value that changes. */
export interface Updatable<T> extends View {
  update(value: T): void;
}

/** Makes an element. `true` sets an empty attribute, or "true" for ARIA attributes, which need a
 * value; `false`, null and undefined set none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/** Sets the text where it differs, so that a live region is not read out again and a selection
 * survives. */
export function setText(element: HTMLElement, text: string | null): void {
  const next = text ?? '';
  if (element.textContent !== next) element.textContent = next;
}

/** Listens, and returns what stops listening. */
export function listen<K extends keyof HTMLElementEventMap>(
  target: EventTarget,
  type: K,
  listener: (event: HTMLElementEventMap[K]) => void,
  options?: AddEventListenerOptions,
): () => void;
export function listen(
  target: EventTarget,
  type: string,
  listener: (event: Event) => void,
  options?: AddEventListenerOptions,
): () => void;
export function listen(
  target: EventTarget,
  type: string,
  listener: (event: never) => void,
  options?: AddEventListenerOptions,
): () => void {
  target.addEventListener(type, listener as EventListener, options);
  return () => target.removeEventListener(type, listener as EventListener, options);
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    const isFlag = value === true && !name.startsWith('aria-');
    element.setAttribute(name, isFlag ? '' : String(value));
  }
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

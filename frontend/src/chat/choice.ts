import './choice.css';
import { h } from '../base/dom.ts';

export interface Choice {
  readonly element: HTMLElement;
  readonly select: HTMLSelectElement;
  show(options: readonly (readonly [value: string, label: string])[], chosen: string): void;
}

/** A small choice below the composer. */
export function createChoice(id: string, label: string): Choice {
  const select = h('select', { class: 'composer-choice__select', id });
  const element = h(
    'div',
    { class: 'composer-choice', hidden: true },
    h('label', { class: 'composer-choice__label', for: id }, label),
    select,
  );
  let shown = '';
  return {
    element,
    select,
    show(options, chosen) {
      // An open list must not be made anew.
      const state = JSON.stringify([chosen, options]);
      if (state === shown) return;
      shown = state;
      select.replaceChildren(...options.map(([value, text]) => h('option', { value }, text)));
      select.value = chosen;
    },
  };
}

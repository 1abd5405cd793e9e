import './facts.css';
import { h } from '../base/dom.ts';

/** A name and what it is; null is left out. */
export type Fact = readonly [name: string, value: string] | null;

/** A list of names and values:
 *
 *     dl.facts
 *       div: dt, dd
 */
export function createFacts(facts: readonly Fact[]): HTMLElement {
  const rows = facts.flatMap((fact) =>
    fact === null ? [] : [h('div', {}, h('dt', {}, fact[0]), h('dd', { dir: 'auto' }, fact[1]))],
  );
  return h('dl', { class: 'facts' }, ...rows);
}

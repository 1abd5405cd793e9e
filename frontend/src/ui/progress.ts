import './progress.css';
import { h } from '../base/dom.ts';

/** A bar from 0 to 1. `label` names it to a screen reader. */
export function progressBar(label: string): HTMLProgressElement {
  return h('progress', { class: 'progress', max: 1, 'aria-label': label });
}

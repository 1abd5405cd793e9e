import { h } from '../../base/dom.ts';
import { partElement } from '../../files/part_view.ts';
import type { CodeInterpreterCall, FilePart, FunctionCall, ImagePart } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import type { Body } from './body.ts';

interface Shown {
  readonly source: ImagePart | FilePart;
  readonly element: HTMLElement;
}

/** The pictures and files that a tool made: visible even if the card is folded.
 * `tool` made them. */
export function createResults(tool: string): Body<CodeInterpreterCall | FunctionCall> {
  const list = h('ul', { class: 'files tool-results', 'aria-label': t.results, hidden: true });
  const shown: Shown[] = [];

  const replace = (index: number, source: ImagePart | FilePart): void => {
    const old = shown[index];
    if (old?.source === source) return;
    const element = h(
      'li',
      { class: 'files__item' },
      partElement(source, t.result(index + 1, tool)),
    );
    if (old === undefined) list.append(element);
    else old.element.replaceWith(element);
    shown[index] = { source, element };
  };

  return {
    element: list,
    update({ outputs }) {
      const results = outputs.filter((output) => output.type === 'image' || output.type === 'file');
      list.hidden = results.length === 0;
      for (const { element } of shown.splice(results.length)) element.remove();
      for (const [index, result] of results.entries()) replace(index, result);
    },
  };
}

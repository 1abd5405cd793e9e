import './message_parts.css';
import { h } from '../base/dom.ts';
import { partElement } from '../files/part_view.ts';
import { createMarkdown, type MarkdownView } from '../markdown/page/markdown.ts';
import type { Mark } from '../markdown/source/marks.ts';
import type { MessagePart } from '../protocol.ts';
import { t } from '../strings/chat.ts';

export interface MessageParts {
  readonly element: HTMLElement;
  /** `marks` are those of each part. `isFinal`: the last text is complete; those before it are. */
  update(
    content: readonly MessagePart[],
    marks: readonly (readonly Mark[])[],
    isFinal: boolean,
  ): void;
  dispose(): void;
}

interface PartView {
  part: MessagePart;
  readonly element: HTMLElement;
  readonly markdown: MarkdownView | null;
}

/** Texts, pictures and files in their order. What did not change keeps its element. */
export function createMessageParts(): MessageParts {
  const element = h('div', { class: 'message-parts' });
  const views: PartView[] = [];

  const show = (place: number, part: MessagePart): PartView => {
    const old = views[place];
    if (old !== undefined && (old.part === part || isSameText(old, part))) {
      if (part.type === 'text') old.markdown?.set(part.text);
      old.part = part;
      return old;
    }
    const view = createPart(part);
    if (old === undefined) element.append(view.element);
    else replace(old, view);
    views[place] = view;
    return view;
  };
  return {
    element,
    update(content, marks, isFinal) {
      for (const { element: gone, markdown } of views.splice(content.length)) {
        gone.remove();
        markdown?.dispose();
      }
      for (const [place, part] of content.entries()) {
        const { markdown } = show(place, part);
        markdown?.mark(marks[place] ?? []);
        // A finished text has no views any more: marks would build it anew.
        if (isFinal || place < content.length - 1) markdown?.finish();
      }
    },
    dispose() {
      for (const { markdown } of views) markdown?.dispose();
    },
  };
}

function isSameText({ markdown }: PartView, part: MessagePart): boolean {
  return markdown !== null && part.type === 'text';
}

function createPart(part: MessagePart): PartView {
  if (part.type !== 'text') {
    return { part, element: partElement(part, t.picture), markdown: null };
  }
  const markdown = createMarkdown();
  markdown.set(part.text);
  return { part, element: markdown.element, markdown };
}

function replace(old: PartView, view: PartView): void {
  old.element.replaceWith(view.element);
  old.markdown?.dispose();
}

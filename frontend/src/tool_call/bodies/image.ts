import { h } from '../../base/dom.ts';
import type { ImageGenerationCall } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import { isOpen } from '../label.ts';
import { type Body, section } from './body.ts';
import { createTextView } from './text.ts';

export function createImageBody(): Body<ImageGenerationCall> {
  const prompt = createTextView(t.prompt, 'tool-text');
  const promptSection = section(t.prompt, prompt.element);
  const nothing = h('p', { class: 'tool-nothing' }, t.noPrompt);
  return {
    element: h('div', {}, promptSection, nothing),
    update(item) {
      prompt.show(item.prompt ?? '');
      promptSection.hidden = (item.prompt ?? '') === '';
      nothing.hidden = !promptSection.hidden || isOpen(item.status);
    },
  };
}

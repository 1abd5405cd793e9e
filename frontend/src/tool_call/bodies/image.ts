import { h } from '../../base/dom.ts';
import type { ImageGenerationCall } from '../../protocol.ts';
import { isOpen } from '../label.ts';
import { type Body, section } from './body.ts';
import { createTextView } from './text.ts';

export function createImageBody(): Body<ImageGenerationCall> {
  const prompt = createTextView('Prompt', 'tool-text');
  const promptSection = section('Prompt', prompt.element);
  const nothing = h('p', { class: 'tool-nothing' }, 'The prompt is not known.');
  return {
    element: h('div', {}, promptSection, nothing),
    update(item) {
      prompt.show(item.prompt ?? '');
      promptSection.hidden = (item.prompt ?? '') === '';
      nothing.hidden = !promptSection.hidden || isOpen(item.status);
    },
  };
}

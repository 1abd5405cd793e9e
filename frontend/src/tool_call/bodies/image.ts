import { h } from '../../base/dom.ts';
import type { ImageGenerationCall } from '../../protocol.ts';
import { type Body, section } from './body.ts';
import { createTextView } from './text.ts';

export function createImageBody(): Body<ImageGenerationCall> {
  const prompt = createTextView('Prompt', 'tool-text');
  const promptSection = section('Prompt', prompt.element);
  const file = h('p', { class: 'tool-file' });
  const fileSection = section('Image', file);
  return {
    element: h('div', {}, promptSection, fileSection),
    update(item) {
      prompt.show(item.prompt ?? '');
      promptSection.hidden = (item.prompt ?? '') === '';
      file.textContent = item.file_id;
      fileSection.hidden = item.file_id === null;
    },
  };
}

import { h } from '../../base/dom.ts';
import type { ImageGenerationCall } from '../../protocol.ts';
import { type Body, part } from './body.ts';
import { createTextView } from './text.ts';

export function createImageBody(): Body<ImageGenerationCall> {
  const prompt = createTextView('Prompt', 'tool-text');
  const promptPart = part('Prompt', prompt.element);
  const file = h('p', { class: 'tool-file' });
  const filePart = part('Image', file);
  return {
    element: h('div', {}, promptPart, filePart),
    update(item) {
      prompt.show(item.prompt ?? '');
      promptPart.hidden = (item.prompt ?? '') === '';
      file.textContent = item.file_id;
      filePart.hidden = item.file_id === null;
    },
  };
}

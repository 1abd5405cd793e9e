import { h } from '../../dom.ts';
import type { CodeFile, CodeImage, CodeInterpreterCall, CodeOutput } from '../../protocol.ts';
import { type Body, part } from './body.ts';
import { safeLink } from './link.ts';
import { createTextView, type TextView } from './text_view.ts';

type Output =
  | { readonly type: 'logs'; readonly element: HTMLElement; readonly view: TextView }
  | { readonly type: 'image' | 'file'; readonly element: HTMLElement; readonly source: CodeOutput };

/** The code, and what it printed, drew and wrote. */
export function createCodeBody(): Body<CodeInterpreterCall> {
  const code = createTextView('Code', 'tool-code');
  const codePart = part('Code', code.element);
  const list = h('div', { class: 'tool-outputs' });
  const outputPart = part('Output', list);
  const outputs: Output[] = [];
  return {
    element: h('div', {}, codePart, outputPart),
    update(item) {
      code.show(item.code);
      codePart.hidden = item.code === '';
      outputPart.hidden = item.outputs.length === 0;
      item.outputs.forEach((output, index) => {
        const shown = outputs[index];
        if (shown?.type === 'logs' && output.type === 'logs') {
          shown.view.show(output.logs);
        } else if (shown === undefined || shown.type === 'logs' || shown.source !== output) {
          const fresh = createOutput(output);
          if (shown === undefined) list.append(fresh.element);
          else shown.element.replaceWith(fresh.element);
          outputs[index] = fresh;
        }
      });
      for (const gone of outputs.splice(item.outputs.length)) gone.element.remove();
    },
  };
}

function createOutput(output: CodeOutput): Output {
  switch (output.type) {
    case 'logs': {
      const view = createTextView('Logs', 'tool-text');
      view.show(output.logs);
      return { type: 'logs', element: view.element, view };
    }
    case 'image':
      return { type: 'image', element: imageLine(output), source: output };
    case 'file':
      return { type: 'file', element: fileLine(output), source: output };
  }
}

function imageLine({ file_id: fileId, url }: CodeImage): HTMLElement {
  const name = fileId ?? 'an image';
  return h(
    'p',
    { class: 'tool-file' },
    'Image: ',
    url === null ? name : safeLink(url, url.startsWith('data:') ? name : url),
  );
}

function fileLine({ file_id: fileId, filename }: CodeFile): HTMLElement {
  return h('p', { class: 'tool-file' }, `File: ${filename ?? fileId}`);
}

import './shared/frame.css';
import './media/media.css';
import { h, listen } from '../base/dom.ts';
import { contentUrl } from '../files/address.ts';
import { partElement } from '../files/part_view.ts';
import type { FilePart } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/widgets.ts';
import { textOrNull } from './shared/read.ts';
import type { WidgetProps } from './widget.ts';

export const showsFiles = true;

const TEXT = /^(?:text\/|application\/(?:json|xml|x-ndjson))/;
const PREVIEW_BYTES = 4_096;

/** The files that a function returned, each with a look into its text, and what it says of them: a
 * text, or an object with a `title` and a `caption`. */
export default function widget({ output, files, name }: WidgetProps): HTMLElement {
  if (files.length === 0) throw new TypeError(t.wrong.noFile);
  const fields = typeof output === 'object' && output !== null ? Object(output) : {};
  const title = textOrNull(fields, 'title');
  const caption = typeof output === 'string' ? output : textOrNull(fields, 'caption');
  return h(
    'div',
    { class: 'widget' },
    title !== null && h('strong', { class: 'widget-title' }, title),
    caption !== null && h('p', { class: 'media-caption' }, caption),
    ...files.map((file, index) =>
      h(
        'div',
        { class: 'media-file' },
        partElement(file, t.result(index + 1, name)),
        file.type === 'file' && TEXT.test(file.media_type) && look(file),
      ),
    ),
  );
}

/** The beginning of a text, fetched when it is asked for. */
function look({ file_id: id, name }: FilePart): HTMLElement | null {
  const address = contentUrl(id);
  if (address === null) return null;
  const text = h('pre', {
    class: 'media-text',
    tabindex: 0,
    role: 'region',
    'aria-label': t.beginning(name),
  });
  const details = h('details', { class: 'widget-more' }, h('summary', {}, t.look), text);
  listen(details, 'toggle', () => {
    if (!details.open || text.textContent !== '') return;
    text.textContent = common.loading;
    beginning(address).then(
      (found) => {
        text.textContent = found;
      },
      () => {
        text.textContent = t.cannotRead(name);
      },
    );
  });
  return details;
}

async function beginning(address: string): Promise<string> {
  const answer = await fetch(address, { headers: { Range: `bytes=0-${PREVIEW_BYTES - 1}` } });
  if (!answer.ok || answer.body === null) throw new Error(`HTTP ${answer.status}`);
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true });
    // Not every server sends a part of a file.
    if (text.length >= PREVIEW_BYTES) {
      await reader.cancel();
      return `${text.slice(0, PREVIEW_BYTES)}…`;
    }
  }
  return text;
}

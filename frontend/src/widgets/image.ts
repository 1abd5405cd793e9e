import './shared/frame.css';
import './media/media.css';
import { h } from '../base/dom.ts';
import { partElement } from '../files/part_view.ts';
import { t } from '../strings/widgets.ts';
import { textOrNull } from './shared/read.ts';
import type { WidgetProps } from './widget.ts';

export const showsFiles = true;

/** The pictures that a function returned, large, with what it says of them: a text, or an object
 * with a `title` and a `caption`. */
export default function widget({ name, output, files }: WidgetProps): HTMLElement {
  if (files.length === 0) throw new TypeError(t.wrong.noPicture);
  const fields = typeof output === 'object' && output !== null ? Object(output) : {};
  const title = textOrNull(fields, 'title');
  const caption = typeof output === 'string' ? output : textOrNull(fields, 'caption');
  return h(
    'figure',
    { class: 'widget' },
    title !== null && h('strong', { class: 'widget-title' }, title),
    h(
      'div',
      { class: files.length === 1 ? 'media-pictures' : 'media-pictures media-pictures--many' },
      ...files.map((file, index) => partElement(file, t.picture(index + 1, name))),
    ),
    caption !== null && h('figcaption', { class: 'media-caption' }, caption),
  );
}

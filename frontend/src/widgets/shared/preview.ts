import './frame.css';
import './preview.css';
import { h, setText } from '../../base/dom.ts';
import { t } from '../../strings/widgets.ts';
import type { Preview, PreviewProps } from '../widget.ts';

/** A preview of what a call is about, which grows with its arguments. `titleOf` returns null as long as they
 * say nothing of it; what was shown then stays. */
export function titled(
  titleOf: (args: Readonly<Record<string, unknown>>) => string | null,
): (first: PreviewProps) => Preview {
  return (first) => {
    const title = h('strong', { class: 'widget-title', dir: 'auto' });
    const element = h(
      'div',
      { class: 'widget widget-preview', 'aria-busy': 'true' },
      title,
      h('div', { class: 'widget-preview__body', 'aria-hidden': true }),
    );
    const update = ({ arguments: args }: PreviewProps): void => {
      const isRecord = typeof args === 'object' && args !== null && !Array.isArray(args);
      const text = isRecord ? titleOf(args as Record<string, unknown>) : null;
      if (text !== null) setText(title, text);
      if (title.textContent === '') throw new Error(t.nothingYet);
    };
    update(first);
    return { element, update };
  };
}

/** Returns the first of these arguments that is a text, as far as it has arrived. */
export function firstText(
  args: Readonly<Record<string, unknown>>,
  ...names: readonly string[]
): string | null {
  const texts = names.map((name) => args[name]);
  return texts.find((text): text is string => typeof text === 'string' && text !== '') ?? null;
}

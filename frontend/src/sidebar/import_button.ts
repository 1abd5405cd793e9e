import { h, listen, type View } from '../base/dom.ts';
import { t } from '../strings/sidebar.ts';
import { button } from '../ui/button.ts';
import { icon } from '../ui/icon.ts';

/** Asks for the file of an exported chat. */
export function createImportButton(open: (file: File) => void): View {
  const input = h('input', { type: 'file', accept: '.json,application/json', hidden: true });
  const choose = button(t.import, { kind: 'quiet', class: 'sidebar__import' });
  choose.prepend(icon('upload'));
  listen(choose, 'click', () => input.click());
  listen(input, 'change', () => {
    const [file] = input.files ?? [];
    input.value = '';
    if (file !== undefined) open(file);
  });
  return {
    element: h('div', {}, choose, input),
  };
}

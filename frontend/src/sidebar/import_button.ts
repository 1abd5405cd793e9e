import { h, listen, type View } from '../base/dom.ts';
import { icon } from '../ui/icon.ts';

/** Opens the file of an exported chat. */
export function createImportButton(open: (file: File) => void): View {
  const input = h('input', { type: 'file', accept: '.json,application/json', hidden: true });
  const button = h(
    'button',
    { class: 'sidebar__action', type: 'button' },
    icon('upload'),
    'Import a chat',
  );
  listen(button, 'click', () => input.click());
  listen(input, 'change', () => {
    const [file] = input.files ?? [];
    input.value = '';
    if (file !== undefined) open(file);
  });
  return {
    element: h('div', {}, button, input),
  };
}

import './key_list.css';
import { h, listen } from '../base/dom.ts';
import {
  type Command,
  isSingle,
  KEYS,
  keyLabel,
  singleKeysAreOn,
  turnSingleKeys,
} from '../base/keys.ts';
import { t } from '../strings/palette.ts';
import { openDialog } from '../ui/dialog.ts';

/** Shows the keys of the page, and turns those that are one character off and on. */
export function showKeys(): void {
  const rows = (Object.keys(KEYS) as Command[]).map((command) =>
    h(
      'div',
      { class: 'key-list__row' },
      h('dt', {}, t.keys[command]),
      h('dd', {}, h('kbd', {}, keyLabel(command))),
    ),
  );
  const singles = (Object.keys(KEYS) as Command[])
    .filter(isSingle)
    .map((command) => h('kbd', {}, keyLabel(command)));
  const single = h('input', { type: 'checkbox', checked: singleKeysAreOn() });
  listen(single, 'change', () => turnSingleKeys(single.checked));
  openDialog({
    title: t.keys.title,
    content: [
      h(
        'div',
        { class: 'key-list' },
        h('dl', { class: 'key-list__keys' }, ...rows),
        h('label', { class: 'key-list__single' }, single, h('span', {}, ...t.keys.use(singles))),
      ),
    ],
  });
}

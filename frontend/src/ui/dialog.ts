import './dialog.css';
import { type Child, h, listen } from '../base/dom.ts';
import { common } from '../strings/common.ts';
import { iconButton } from './button.ts';

export interface DialogOptions {
  readonly title: string;
  /** Beside the title. */
  readonly note?: Child;
  readonly content: readonly Child[];
  /** Below the content. */
  readonly actions?: readonly Child[];
  readonly isWide?: boolean;
  readonly onClose?: () => void;
}

let dialogs = 0;

/** Shows a modal dialog until it is closed. The focus then returns to where it was. It takes the place of one
 * with this title: where code is loaded first, a double click asks for the same twice. */
export function openDialog(options: DialogOptions): { close(): void } {
  for (const shown of document.querySelectorAll<HTMLDialogElement>('dialog.dialog')) {
    if (shown.querySelector('.dialog__title')?.textContent === options.title) shown.close();
  }
  const titleId = `dialog-${++dialogs}`;
  const close = iconButton('close', common.close);
  const element = h(
    'dialog',
    { class: options.isWide ? 'dialog dialog--wide' : 'dialog', 'aria-labelledby': titleId },
    h(
      'div',
      { class: 'dialog__page' },
      // A `header` would be a second banner of the page: a dialog is no section of it.
      h(
        'div',
        { class: 'dialog__header' },
        h('h2', { class: 'dialog__title', id: titleId, dir: 'auto' }, options.title),
        close,
        options.note && h('p', { class: 'dialog__note' }, options.note),
      ),
      ...options.content,
      options.actions && h('div', { class: 'dialog__actions' }, ...options.actions),
    ),
  );
  const removers = [
    listen(close, 'click', () => element.close()),
    // The content fills the dialog, so a click on the dialog itself hit the backdrop.
    listen(element, 'click', (event) => {
      if (event.target === element) element.close();
    }),
    // The page changes to another view.
    listen(window, 'popstate', () => element.close()),
    listen(element, 'close', () => {
      for (const remove of removers) remove();
      element.remove();
      options.onClose?.();
    }),
  ];
  document.body.append(element);
  element.showModal();
  return { close: () => element.close() };
}

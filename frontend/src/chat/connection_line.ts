import './connection_line.css';
import { h, listen, setText, type View } from '../base/dom.ts';
import type { ConnectionStatus } from '../server/connection.ts';
import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';
import { button } from '../ui/button.ts';

export interface ConnectionLine extends View {
  update(status: ConnectionStatus, notice: string | null): void;
}

/** Says what is wrong with the connection; hidden if nothing is. */
export function createConnectionLine(tryNow: () => void): ConnectionLine {
  const text = h('span', { class: 'connection__text' });
  const retry = button(t.connection.tryNow, { kind: 'text' });
  const reload = button(common.reload, { kind: 'text' });
  const element = h('div', { class: 'connection', hidden: true }, text, retry, reload);
  listen(retry, 'click', tryNow);
  listen(reload, 'click', () => location.reload());
  return {
    element,
    update(status, notice) {
      const message = connectionText(status) ?? notice;
      element.hidden = message === null;
      element.dataset['status'] = status.name;
      setText(text, message);
      const reason = status.name === 'closed' ? status.reason : null;
      retry.hidden = status.name !== 'waiting';
      reload.hidden = reason !== 'outdated' && reason !== 'refused';
    },
  };
}

/** Returns null if nothing is wrong. */
export function connectionText(status: ConnectionStatus): string | null {
  switch (status.name) {
    case 'open':
      return null;
    case 'connecting':
      return t.connection.connecting;
    case 'waiting':
      return t.connection.lost;
    case 'closed':
      switch (status.reason) {
        case 'unknown_thread':
          return t.connection.unknown;
        case 'refused':
          return t.connection.refused;
        case 'outdated':
          return t.connection.outdated;
        case 'left':
          return null;
      }
  }
}

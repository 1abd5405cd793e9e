import { h } from '../../base/dom.ts';
import { t } from '../../strings/approvals.ts';
import { locale } from '../../strings/locale.ts';

/** Until when a call waits. */
export function until(expiresAt: number): HTMLElement {
  const date = new Date(expiresAt * 1000);
  const isToday = date.toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(locale, {
    ...(isToday ? {} : { weekday: 'short', day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  });
  return h(
    'p',
    { class: 'action__until' },
    ...t.asked.until(h('time', { datetime: date.toISOString() }, format.format(date))),
  );
}

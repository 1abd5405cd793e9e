/** Times as the sidebar shows them. They are seconds since the Unix epoch. */

import { locale } from '../strings/locale.ts';
import { t } from '../strings/sidebar.ts';

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const WEEK_S = 604_800;

export function relativeTime(atS: number, nowS: number): string {
  const age = nowS - atS;
  if (age < MINUTE_S) return t.age.now;
  if (age < HOUR_S) return t.age.minutes(Math.floor(age / MINUTE_S));
  if (age < DAY_S) return t.age.hours(Math.floor(age / HOUR_S));
  if (age < WEEK_S) return t.age.days(Math.floor(age / DAY_S));
  const at = new Date(atS * 1000);
  const isThisYear = at.getFullYear() === new Date(nowS * 1000).getFullYear();
  return (isThisYear ? THIS_YEAR : ANOTHER_YEAR).format(at);
}

const THIS_YEAR = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
const ANOTHER_YEAR = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric' });

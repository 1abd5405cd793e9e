/** Times as the sidebar shows them. They are seconds since the Unix epoch. */

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const WEEK_S = 604_800;

export function relativeTime(atS: number, nowS: number): string {
  const age = nowS - atS;
  if (age < MINUTE_S) return 'now';
  if (age < HOUR_S) return `${Math.floor(age / MINUTE_S)} min`;
  if (age < DAY_S) return `${Math.floor(age / HOUR_S)} h`;
  if (age < WEEK_S) return `${Math.floor(age / DAY_S)} d`;
  const at = new Date(atS * 1000);
  const isThisYear = at.getFullYear() === new Date(nowS * 1000).getFullYear();
  return (isThisYear ? THIS_YEAR : ANOTHER_YEAR).format(at);
}

const THIS_YEAR = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });
const ANOTHER_YEAR = new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric' });

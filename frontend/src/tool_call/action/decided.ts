import { type Child, h } from '../../base/dom.ts';
import { routePath } from '../../base/router.ts';
import type { Action, Resolution } from '../../protocol.ts';
import { t } from '../../strings/calls.ts';
import { locale } from '../../strings/locale.ts';
import { icon } from '../../ui/icon.ts';
import { argumentsView } from './arguments.ts';

/** What was decided, by whom and when. `isNews`: the reader was about to decide, and somebody else
 * was first. Nothing for an action that its run has left behind. */
export function decided({ resolution, ...action }: Action, isNews: boolean): HTMLElement[] {
  if (resolution === null) return [];
  const isGood = resolution.decision === 'allow' || resolution.decision === 'answer';
  const changed = resolution.arguments !== null && resolution.decision === 'allow';
  return [
    ...(action.within
      ? [
          h(
            'p',
            { class: 'action-asked', dir: 'auto' },
            action.asker !== null && `${action.asker}: `,
            action.message,
            action.url !== null && ` ${action.url}`,
          ),
        ]
      : []),
    h(
      'div',
      { class: 'action-decided', role: isNews ? 'status' : null },
      icon(isGood ? 'check' : 'close'),
      h(
        'p',
        {},
        isNews && h('strong', {}, t.decided.already),
        ...inWords(resolution, isNews),
        ' ',
        h(
          'time',
          { class: 'action__until', datetime: date(resolution).toISOString() },
          when(resolution),
        ),
      ),
    ),
    ...(resolution.reason === null
      ? []
      : [h('blockquote', { class: 'action-reason', dir: 'auto' }, resolution.reason)]),
    ...(resolution.answer === null
      ? []
      : [argumentsView(JSON.stringify(resolution.answer), t.decided.answerTo(action.message))]),
    ...(changed
      ? [
          h(
            'details',
            { class: 'action-before' },
            h('summary', {}, t.decided.before),
            argumentsView(action.arguments, t.decided.argumentsBefore),
          ),
        ]
      : []),
  ];
}

function inWords(resolution: Resolution, isNews: boolean): Child[] {
  const { decision, by, scope, arguments: changed } = resolution;
  if (by === 'asker') {
    return [decision === 'allow' ? t.decided.doneThere : t.decided.notNeeded];
  }
  if (by === 'rule' || by === 'policy') {
    const href = routePath({ name: 'setup', section: 'approvals' });
    return [
      ...t.decided.byRule(t.decided.decisions[decision], h('a', { href }, t.decided.rules[by])),
    ];
  }
  const decider = t.decided.by[by !== 'visitor' ? by : isNews ? 'otherTab' : 'you'];
  const arguments_ = changed !== null && decision === 'allow' ? t.decided.changed : '';
  return [
    t.decided.sentence(
      [t.decided.decisions[decision], arguments_, decider].filter(Boolean),
      t.decided.scopes[scope],
    ),
  ];
}

function date({ at }: Resolution): Date {
  return new Date(at * 1000);
}

function when(resolution: Resolution): string {
  const format = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return format.format(date(resolution));
}

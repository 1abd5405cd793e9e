import { type Child, h } from '../../base/dom.ts';
import { routePath } from '../../base/router.ts';
import type { Action, Resolution } from '../../protocol.ts';
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
        isNews && h('strong', {}, 'Already decided. '),
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
      : [argumentsView(JSON.stringify(resolution.answer), `Answer to ${action.message}`)]),
    ...(changed
      ? [
          h(
            'details',
            { class: 'action-before' },
            h('summary', {}, 'The arguments as the assistant wrote them'),
            argumentsView(action.arguments, 'Arguments as the assistant wrote them'),
          ),
        ]
      : []),
  ];
}

const DECIDED = {
  allow: 'Allowed',
  deny: 'Denied',
  answer: 'Answered',
  skip: 'Skipped',
  expire: 'Nobody answered in time',
} as const;
const BY = {
  script: 'by a script',
  time: '',
} as const;
const RULES = {
  rule: 'what you always allow',
  policy: 'what this server always allows',
} as const;
const SCOPE = {
  once: '',
  thread: ', from now on in this chat',
  everywhere: ', from now on everywhere',
};

function inWords(resolution: Resolution, isNews: boolean): Child[] {
  const { decision, by, scope, arguments: changed } = resolution;
  if (by === 'asker') {
    return [decision === 'allow' ? 'Done there.' : 'No answer is needed any more.'];
  }
  if (by === 'rule' || by === 'policy') {
    const href = routePath({ name: 'setup', section: 'approvals' });
    return [`${DECIDED[decision]} by `, h('a', { href }, RULES[by]), '.'];
  }
  const decider = by !== 'visitor' ? BY[by] : isNews ? 'in another tab' : 'by you';
  const arguments_ = changed !== null && decision === 'allow' ? 'with other arguments' : '';
  return [`${[DECIDED[decision], arguments_, decider].filter(Boolean).join(' ')}${SCOPE[scope]}.`];
}

function date({ at }: Resolution): Date {
  return new Date(at * 1000);
}

function when(resolution: Resolution): string {
  const format = new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return format.format(date(resolution));
}

import { h, listen } from '../../base/dom.ts';
import { createForm } from '../../form/form.ts';
import type { Action } from '../../protocol.ts';
import { t } from '../../strings/approvals.ts';
import { button } from '../../ui/button.ts';
import { asker } from './asker.ts';
import { type ActionPanel, createSending, type Resolve } from './sending.ts';
import { until } from './until.ts';

/** A question of the assistant, to answer in a form or to skip. */
export function createQuestion(itemId: string, action: Action, resolve: Resolve): ActionPanel {
  const form = createForm(action.form);
  const skip = button(t.asked.skip, { kind: 'quiet' });
  const panel = h(
    'fieldset',
    {
      class: 'action__panel',
      'aria-label': action.asker === null ? t.asked.question : t.asked.questionOf(action.asker),
    },
    form.element,
    h(
      'div',
      { class: 'action__buttons' },
      button(t.asked.answer, { kind: 'primary', type: 'submit' }),
      skip,
    ),
  );
  const sending = createSending(itemId, () => panel, resolve);
  const element = h(
    'form',
    { class: 'action', novalidate: true },
    asker(action),
    h('p', { class: 'action__ask', dir: 'auto' }, action.message),
    action.problem !== null && h('p', { class: 'action__problem' }, t.asked.once(action.problem)),
    panel,
    sending.problem,
    until(action.expires_at),
  );
  listen(skip, 'click', () => sending.send({ decision: 'skip' }));
  listen(element, 'submit', (event) => {
    event.preventDefault();
    const text = form.read();
    if (text !== null) sending.send({ decision: 'answer', arguments: text });
  });
  return {
    element,
    get isAnswered() {
      return sending.isAnswered;
    },
  };
}

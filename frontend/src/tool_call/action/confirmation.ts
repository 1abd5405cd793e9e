import { h, listen } from '../../base/dom.ts';
import type { Action } from '../../protocol.ts';
import { t } from '../../strings/approvals.ts';
import { common } from '../../strings/common.ts';
import { button } from '../../ui/button.ts';
import { address, type Confirmed } from './address.ts';
import { asker } from './asker.ts';
import { createRefusal } from './refusal.ts';
import { type ActionPanel, createSending, type Resolve } from './sending.ts';
import { until } from './until.ts';

/** What a call wants a yes for before it goes on, a sentence or an address: yes, or no and why. */
export function createConfirmation(itemId: string, action: Action, resolve: Resolve): ActionPanel {
  const who = action.asker ?? action.tool;
  const { shown, yes } = action.url === null ? sentence() : address(action.url);
  const place = h('div', { class: 'action__place' });
  const buttons = h('div', { class: 'action__buttons' });
  const panel = h(
    'fieldset',
    {
      class: 'action__panel',
      'aria-label': action.url === null ? t.asked.questionOf(who) : t.asked.address(who),
    },
    place,
    buttons,
  );
  const sending = createSending(itemId, () => panel, resolve);
  const element = h(
    'form',
    { class: 'action', novalidate: true },
    asker(action),
    h('p', { class: 'action__ask', dir: 'auto' }, action.message),
    panel,
    sending.problem,
    until(action.expires_at),
  );
  const no = button(t.asked.noWhy, { kind: 'danger' });
  let submit = (): void => {};

  const ask = (): void => {
    submit = () => sending.send({ decision: 'allow' });
    place.replaceChildren(...shown);
    buttons.replaceChildren(...yes, no);
  };
  const deny = (): void => {
    const refusal = createRefusal(common.no, () => {
      ask();
      (yes[0] ?? no).focus();
    });
    submit = () => sending.send(refusal.decision());
    place.replaceChildren(refusal.element);
    buttons.replaceChildren(...refusal.buttons);
    refusal.focus();
  };
  listen(no, 'click', deny);
  listen(element, 'submit', (event) => {
    event.preventDefault();
    submit();
  });
  ask();
  return {
    element,
    get isAnswered() {
      return sending.isAnswered;
    },
  };
}

function sentence(): Confirmed {
  return { shown: [], yes: [button(common.yes, { kind: 'primary', type: 'submit' })] };
}

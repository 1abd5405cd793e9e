import { h, listen, setText } from '../../base/dom.ts';
import { createForm } from '../../form/form.ts';
import { createJsonForm } from '../../form/json_form.ts';
import type { Action } from '../../protocol.ts';
import { t } from '../../strings/approvals.ts';
import { t as calls } from '../../strings/calls.ts';
import { common } from '../../strings/common.ts';
import { button } from '../../ui/button.ts';
import { argumentsView } from './arguments.ts';
import { changes } from './changes.ts';
import { createRefusal } from './refusal.ts';
import { type ActionPanel, createSending, type Resolve } from './sending.ts';
import { until } from './until.ts';

/** Whether a call may be made: once or for good, with these arguments or others, or not at all. */
export function createApproval(itemId: string, action: Action, resolve: Resolve): ActionPanel {
  const { tool, form: schema } = action;
  const shown = argumentsView(action.arguments, calls.argumentsOf(tool));
  const place = h('div', { class: 'action__place' }, shown);
  const buttons = h('div', { class: 'action__buttons' });
  const panel = h(
    'fieldset',
    { class: 'action__panel', 'aria-label': calls.approval.of(tool) },
    place,
    buttons,
  );
  const sending = createSending(itemId, () => panel, resolve);
  const element = h(
    'form',
    { class: 'action', novalidate: true },
    h('p', { class: 'action__ask' }, ...t.approval.allow(h('code', {}, tool))),
    ...changes(action),
    panel,
    sending.problem,
    until(action.expires_at),
  );
  /** What Enter does. */
  let submit = (): void => {};

  const show = (content: readonly HTMLElement[], ...choices: readonly HTMLElement[]): void => {
    place.replaceChildren(...content);
    buttons.replaceChildren(...choices);
  };

  const ask = (): void => {
    const once = button(calls.approval.once, { kind: 'primary', type: 'submit' });
    const inChat = button(t.approval.inChat);
    const everywhere = button(t.approval.everywhere);
    const change = button(t.approval.change);
    const refuse = button(t.approval.denyWhy, { kind: 'danger' });
    submit = () => sending.send({ decision: 'allow' });
    listen(inChat, 'click', () => sending.send({ decision: 'allow', scope: 'thread' }));
    listen(everywhere, 'click', () => sending.send({ decision: 'allow', scope: 'everywhere' }));
    listen(change, 'click', edit);
    listen(refuse, 'click', deny);
    show([shown], once, inChat, everywhere, change, refuse);
  };

  const again = (): void => {
    ask();
    buttons.querySelector('button')?.focus();
  };

  const deny = (): void => {
    const refusal = createRefusal(calls.approval.deny, again);
    submit = () => sending.send(refusal.decision());
    show([shown, refusal.element], ...refusal.buttons);
    refusal.focus();
  };

  const edit = (): void => {
    const source = action.arguments === '' ? '{}' : action.arguments;
    let form = createForm(schema, source, 'kept');
    const hasFields = form.element.childElementCount > 0;
    let isJson = !hasFields;
    if (isJson) form = createJsonForm(source);
    const body = h('div', {}, form.element);
    const other = button(t.approval.asJson, { kind: 'text', hidden: !hasFields });
    listen(other, 'click', () => {
      const text = form.read();
      if (text === null) return;
      isJson = !isJson;
      form = isJson ? createJsonForm(text) : createForm(schema, text, 'kept');
      body.replaceChildren(form.element);
      setText(other, isJson ? t.approval.inForm : t.approval.asJson);
      form.focus();
    });
    submit = () => {
      const text = form.read();
      if (text === null) return;
      sending.send({ decision: 'allow', ...(text === source ? {} : { arguments: text }) });
    };
    const back = button(common.back, { kind: 'quiet' });
    listen(back, 'click', again);
    show([other, body], button(t.approval.run, { kind: 'primary', type: 'submit' }), back);
    form.focus();
  };

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

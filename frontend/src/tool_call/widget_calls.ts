import './widget_calls.css';
import type { AppActions } from '../apps/view.ts';
import { h, listen } from '../base/dom.ts';
import type { FunctionCall, Item, JsonValue } from '../protocol.ts';
import { t } from '../strings/calls.ts';
import { button } from '../ui/button.ts';
import type { WidgetActions, WidgetCall } from '../widgets/widget.ts';
import { argumentsView } from './action/arguments.ts';
import { filesOf, widgetOutput } from './outputs.ts';

/** A call for a widget. `ask` means that the tool asks first, and nobody was asked. */
export type CalledTool = Item | 'ask';

/** Calls a tool in this chat. Rejects with a sentence. */
export type CallTool = (
  name: string,
  args: Readonly<Record<string, JsonValue>>,
  allowed: boolean,
) => Promise<CalledTool>;

/** What a card may do to the chat around it, on behalf of its widget. */
export interface ChatActions extends Pick<WidgetActions, 'send' | 'fill' | 'open'> {
  readonly callTool: CallTool;
  /** Tells the model what an app says of its state, with the reader's next message. */
  readonly tellModel: AppActions['tellModel'];
}

export interface WidgetCalls {
  /** Below the widget: the calls that wait for a yes, and what was called last. */
  readonly element: HTMLElement;
  readonly call: WidgetActions['call'];
}

/** The calls of one widget, each of which the reader sees. */
export function createWidgetCalls(callTool: CallTool): WidgetCalls {
  const asked = h('div', {});
  const last = h('p', { class: 'widget-calls__last', role: 'status' });
  const element = h('div', { class: 'widget-calls' }, asked, last);

  const allowed = (name: string, args: Readonly<Record<string, JsonValue>>): Promise<boolean> =>
    new Promise((resolve) => {
      const focused = document.activeElement;
      const yes = button(t.approval.once, { kind: 'primary' });
      const no = button(t.approval.deny, { kind: 'danger' });
      const panel = h(
        'fieldset',
        { class: 'action__panel widget-calls__asked', 'aria-label': t.approval.of(name) },
        h('p', { class: 'action__ask' }, ...t.approval.allowWidget(h('code', {}, name))),
        argumentsView(JSON.stringify(args), t.argumentsOf(name)),
        h('div', { class: 'action__buttons' }, yes, no),
      );
      const decide = (isAllowed: boolean): void => {
        panel.remove();
        if (focused instanceof HTMLElement) focused.focus();
        resolve(isAllowed);
      };
      listen(yes, 'click', () => decide(true));
      listen(no, 'click', () => decide(false));
      asked.append(panel);
      yes.focus();
    });

  return {
    element,
    async call(name, args) {
      let called = await callTool(name, args, false);
      if (called === 'ask') {
        if (!(await allowed(name, args))) throw new Error(t.widget.denied(name));
        called = await callTool(name, args, true);
      }
      const done = outputOf(name, called);
      last.replaceChildren(...t.widget.called(h('code', {}, name)));
      return done;
    },
  };
}

function outputOf(name: string, called: CalledTool): WidgetCall {
  const isCall = called !== 'ask' && called.type === 'function_call';
  if (!isCall) throw new Error(t.widget.notShown(name));
  const item: FunctionCall = called;
  if (item.status !== 'completed') throw new Error(item.error ?? t.widget.failed(name));
  return { output: widgetOutput(item), files: filesOf(item) };
}

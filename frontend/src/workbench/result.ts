import './result.css';
import { h, type View } from '../base/dom.ts';
import { follow } from '../base/links.ts';
import type { ToolAnswer, ToolRun } from '../protocol.ts';
import { t } from '../strings/workbench.ts';
import { createTextView } from '../tool_call/bodies/text.ts';
import {
  createToolCall,
  isToolItem,
  type ToolCallActions,
  type ToolCallView,
} from '../tool_call/tool_call.ts';
import { widgets } from '../widgets/widget.ts';

export interface Result extends View {
  /** Shows the next state of a call, or another call. */
  update(run: ToolRun): void;
}

/** A call as a chat shows it, its widget beside the card, and what a model is told. `say` tells the
 * reader something; `goOn` takes an answer to what the function asked. */
export function createResult(
  say: (sentence: string) => void,
  goOn: (answer: ToolAnswer) => void,
): Result {
  const calls = h('div', { class: 'workbench-call' });
  const told = createTextView(t.run.told, 'tool-text');
  const toldPlace = h(
    'div',
    { class: 'workbench-told', hidden: true },
    h('h4', { class: 'tool-title' }, t.run.told),
    told.element,
  );
  const element = h('div', { class: 'workbench-result' }, calls, toldPlace);
  const actions: ToolCallActions = {
    send: (text) => say(t.inChat.sends(text)),
    fill: (text) => say(t.inChat.writes(text)),
    open: follow,
    callTool(name) {
      say(t.inChat.calls(name));
      return Promise.reject(new Error(t.inChat.callsOnly(name)));
    },
    tellModel: ({ title, text }) => {
      if (text !== '') say(t.inChat.tells(title, text));
    },
    resolve({ decision, arguments: answer = null, reason = null }) {
      goOn({ question, decision, answer, reason });
      return Promise.resolve(null);
    },
    redraw() {},
  };
  /** What the function asks. */
  let question = '';
  let card: { readonly id: string; readonly view: ToolCallView } | null = null;

  return {
    element,
    update({ item, text }) {
      if (!isToolItem(item)) return;
      question = item.required_action?.message ?? '';
      if (card?.id === item.id) {
        card.view.update(item);
      } else {
        card?.view.dispose?.();
        card = { id: item.id, view: createToolCall(item, actions, widgets, true) };
        calls.replaceChildren(card.view.element);
      }
      toldPlace.hidden = text === null;
      told.show(text ?? '');
    },
    dispose: () => card?.view.dispose?.(),
  };
}

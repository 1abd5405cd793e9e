import { appOf, hasOpenApp, lacksApp } from '../apps/app_part.ts';
import type { AppView } from '../apps/view.ts';
import { h } from '../base/dom.ts';
import type { FunctionCall } from '../protocol.ts';
import { t } from '../strings/calls.ts';
import type { WidgetRegistry } from '../widgets/widget.ts';
import type { Body } from './bodies/body.ts';
import { createResults } from './bodies/results.ts';
import { filesOf } from './outputs.ts';
import { type ChatActions, createWidgetCalls } from './widget_calls.ts';
import { createWidgetSlot } from './widget_slot.ts';

/**
 * What is shown below the card of a function call: its widget or app, its pictures and files. `unfold` is
 * called where the output needs another view.
 */
export function createFunctionSlot(
  name: string,
  registry: WidgetRegistry,
  actions: ChatActions,
  unfold: () => void,
): Body<FunctionCall> {
  const results = createResults(name);
  const filesPlace = h('div', {}, results.element);
  let inWidget = false;
  const calls = createWidgetCalls(actions.callTool);
  const ofWidget = {
    send: actions.send,
    fill: actions.fill,
    open: actions.open,
    call: calls.call,
  };
  const widget = createWidgetSlot(registry, ofWidget, (shown) => {
    inWidget = shown.files;
    filesPlace.hidden ||= inWidget;
    if (!shown.value) unfold();
  });
  let app: AppView | 'loading' | null = null;
  let latest: FunctionCall;
  let isGone = false;
  const missing = h('p', { class: 'tool-notice' }, t.app.missing);
  const element = h('div', { class: 'tool-slot' }, widget.element, calls.element, filesPlace);

  /** Few chats have an app: its code is loaded with the first. */
  const loadApp = async (): Promise<void> => {
    app = 'loading';
    try {
      const { createAppView } = await import('../apps/view.ts');
      if (isGone) return;
      // The call may have ended meanwhile, without it.
      app = hasApp(latest) ? createAppView(latest, actions, unfold) : null;
      if (app === null) widget.update(latest);
      else element.prepend(app.element);
    } catch {
      app = null;
      unfold();
    }
  };
  return {
    element,
    update(item) {
      results.update(item);
      latest = item;
      if (app !== null) {
        if (app !== 'loading') app.update(item);
      } else if (hasApp(item)) {
        void loadApp();
      } else {
        widget.update(item);
      }
      if (lacksApp(item)) {
        element.prepend(missing);
        unfold();
      }
      filesPlace.hidden = filesOf(item).length === 0 || inWidget;
    },
    dispose() {
      widget.dispose();
      isGone = true;
      if (app !== 'loading') app?.dispose();
    },
  };
}

function hasApp(call: FunctionCall): boolean {
  return appOf(call) !== null || hasOpenApp(call);
}

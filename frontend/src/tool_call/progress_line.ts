import { h, setText } from '../base/dom.ts';
import { t } from '../strings/calls.ts';
import { progressBar } from '../ui/progress.ts';
import type { Body, ToolItem } from './bodies/body.ts';

/** How far a running function is, as it says itself. */
export function createProgressLine(): Body<ToolItem> {
  const bar = progressBar(t.progress);
  const message = h('span', {});
  const element = h('p', { class: 'tool-progress', hidden: true }, bar, message);
  return {
    element,
    update(item) {
      const progress = item.type === 'function_call' ? item.progress : null;
      element.hidden = progress === null || item.status !== 'running';
      if (progress === null) return;
      bar.hidden = progress.fraction === null;
      bar.value = progress.fraction ?? 0;
      bar.setAttribute('aria-label', progress.message ?? t.progress);
      setText(message, progress.message);
    },
  };
}

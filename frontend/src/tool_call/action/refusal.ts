import { h, listen } from '../../base/dom.ts';
import { t } from '../../strings/approvals.ts';
import { common } from '../../strings/common.ts';
import { button } from '../../ui/button.ts';
import type { Decision } from './sending.ts';

const MAX_REASON = 2_000;

export interface Refusal {
  readonly element: HTMLElement;
  readonly buttons: readonly HTMLElement[];
  decision(): Omit<Decision, 'item_ids'>;
  focus(): void;
}

/** Where somebody says why not, before they say no. */
export function createRefusal(label: string, back: () => void): Refusal {
  const reason = h('textarea', {
    class: 'form-input',
    rows: 2,
    dir: 'auto',
    maxlength: MAX_REASON,
  });
  const cancel = button(common.back, { kind: 'quiet' });
  listen(cancel, 'click', back);
  return {
    element: h('label', { class: 'action__reason' }, t.approval.whyNot, reason),
    buttons: [button(label, { kind: 'danger', type: 'submit' }), cancel],
    decision() {
      const text = reason.value.trim();
      return text === '' ? { decision: 'deny' } : { decision: 'deny', reason: text };
    },
    focus: () => reason.focus(),
  };
}

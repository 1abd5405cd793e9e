import './policy_row.css';
import { type Child, h, listen } from '../base/dom.ts';
import type { BuiltinInfo } from '../protocol.ts';
import { t } from '../strings/tools.ts';

export type Policy = BuiltinInfo['approval'];

export interface PolicyRow {
  readonly element: HTMLElement;
  /** What holds, and what the tool declares. */
  update(approval: Policy, declared: Policy): void;
}

/** The choice for all tools of a server. */
const AS_DECLARED = 'declared';

export interface SourceRow {
  readonly element: HTMLElement;
  update(approval: Policy | null): void;
}

/** All tools of a server for which nothing else is chosen. As `createPolicyRow`; null is what each of
 * them declares. */
export function createSourceRow(
  source: string,
  label: readonly Child[],
  save: (policy: Policy | null) => Promise<boolean>,
): SourceRow {
  const id = `policy-${encodeURIComponent(source)}`;
  const select = h(
    'select',
    { class: 'policy__choice', id },
    h('option', { value: AS_DECLARED }, t.asEachSays),
    ...Object.entries(t.policies).map(([value, text]) => h('option', { value }, text)),
  );
  let stored = AS_DECLARED;
  listen(select, 'change', () => {
    const chosen = select.value;
    void save(chosen === AS_DECLARED ? null : (chosen as Policy)).then((isSaved) => {
      if (isSaved) stored = chosen;
      else if (select.value === chosen) select.value = stored;
    });
  });
  return {
    element: h(
      'li',
      { class: 'policy' },
      h(
        'span',
        { class: 'policy__words' },
        h('label', { class: 'policy__name', for: id }, ...label),
      ),
      select,
    ),
    update(approval) {
      // A choice that is being saved stays.
      const isStill = select.value === stored;
      stored = approval ?? AS_DECLARED;
      if (isStill) select.value = stored;
    },
  };
}

/** A tool, and whether it asks before a call. `save` returns whether the choice was taken; null is
 * what the tool declares. */
export function createPolicyRow(
  tool: string,
  label: readonly Child[],
  save: (policy: Policy | null) => Promise<boolean>,
): PolicyRow {
  const id = `policy-${encodeURIComponent(tool)}`;
  const select = h(
    'select',
    { class: 'policy__choice', id, 'aria-describedby': `${id}-note` },
    ...Object.entries(t.policies).map(([value, text]) => h('option', { value }, text)),
  );
  const note = h('span', { class: 'policy__note', id: `${id}-note` });
  const element = h(
    'li',
    { class: 'policy' },
    h(
      'span',
      { class: 'policy__words' },
      h('label', { class: 'policy__name', for: id }, ...label),
      note,
    ),
    select,
  );
  let stored: Policy = 'never';
  let declared: Policy = 'never';

  // One after the other, so that the last choice is the one that stays.
  let saving = Promise.resolve();
  const choose = async (chosen: Policy): Promise<void> => {
    if (await save(chosen === declared ? null : chosen)) stored = chosen;
    else if (select.value === chosen) select.value = stored;
  };
  listen(select, 'change', () => {
    const chosen = select.value as Policy;
    saving = saving.then(() => choose(chosen));
  });

  return {
    element,
    update(approval, byDeclaration) {
      // A choice that is being saved stays.
      if (select.value === stored) select.value = approval;
      [stored, declared] = [approval, byDeclaration];
      note.textContent = t.byDefault(t.policies[declared]);
    },
  };
}

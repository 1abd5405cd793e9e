import { type Child, h, listen } from '../base/dom.ts';
import { plain } from '../base/plain.ts';
import { routePath } from '../base/router.ts';
import type { GrantInfo } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup.ts';
import { button } from '../ui/button.ts';

export interface GrantRows {
  readonly element: HTMLElement;
  /** `label` names a tool to a reader. */
  update(grants: readonly GrantInfo[], label: (tool: string) => readonly Child[]): void;
}

/** The tools that the visitor allowed for good, where, and how to take that back. `onEmpty`: the
 * last one is gone, and with it the focus. */
export function createGrantRows(
  takeBack: (grant: GrantInfo) => void,
  onEmpty: () => void,
): GrantRows {
  const none = h('p', { class: 'setup-hint' }, t.approvals.none);
  const list = h('ul', { class: 'setup-rows', 'aria-label': t.approvals.granted });
  const row = (grant: GrantInfo, label: readonly Child[]): HTMLElement => {
    const back = button(t.approvals.takeBack, {
      'aria-label': t.approvals.takeBackThat(toolOf(grant), whereOf(grant)),
    });
    listen(back, 'click', () => takeBack(grant));
    const { thread_id: threadId } = grant;
    const where =
      threadId === null
        ? [t.approvals.everywhere]
        : [
            t.approvals.inChat,
            h('a', { dir: 'auto', href: routePath({ name: 'chat', threadId }) }, titleOf(grant)),
          ];
    return h(
      'li',
      { class: 'setup-row' },
      h(
        'span',
        { class: 'setup-row__words' },
        h('span', { class: 'setup-row__name' }, ...label),
        h('span', { class: 'setup-row__state' }, ...where),
      ),
      back,
    );
  };

  return {
    element: h('div', {}, list, none),
    update(grants, label) {
      const focused = [...list.children].findIndex((each) => each.contains(document.activeElement));
      list.replaceChildren(...grants.map((grant) => row(grant, label(toolOf(grant)))));
      none.hidden = grants.length > 0;
      if (focused < 0) return;
      const heir = list.children[Math.min(focused, grants.length - 1)];
      if (heir === undefined) onEmpty();
      else heir.querySelector('button')?.focus();
    },
  };
}

/** Returns the tool's name, without the revision of a tool that its server may change. */
export function toolOf({ tool }: GrantInfo): string {
  return tool.split('@')[0] ?? tool;
}

/** Returns in words where a tool is allowed. */
export function whereOf(grant: GrantInfo): string {
  return grant.thread_id === null
    ? t.approvals.thereEverywhere
    : t.approvals.inThatChat(titleOf(grant));
}

function titleOf({ title }: GrantInfo): string {
  return plain(title ?? '') || common.newChat;
}

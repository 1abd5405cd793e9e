import { h, listen, type Updatable } from '../base/dom.ts';
import { at } from '../base/root.ts';
import { routePath } from '../base/router.ts';
import type { ToolInfo, ToolList } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/workbench.ts';
import { BUILT_IN } from '../tools/built_in.ts';
import { functionIcon, type IconName, icon } from '../ui/icon.ts';

/** All tools, and the one that is shown. */
export interface Listed extends ToolList {
  readonly shown: string | null;
}

const GROUPS: readonly { readonly kind: ToolInfo['kind']; readonly title: string }[] = [
  { kind: 'function', title: t.groups.function },
  { kind: 'builtin', title: t.groups.builtin },
  { kind: 'mcp', title: t.groups.mcp },
];

const ICONS: Readonly<Record<ToolInfo['kind'], IconName>> = {
  function: 'braces',
  builtin: 'terminal',
  mcp: 'plug',
};

/** Returns what people call a tool. */
export function titleOf({ name, title }: ToolInfo): string {
  return title ?? BUILT_IN[name]?.title ?? name;
}

/** Leads from a tool to all of them, where the list is not beside it. */
export function backLink(): HTMLElement {
  return h('a', { class: 'workbench-back', href: at('/tools') }, icon('left'), t.allTools);
}

/** What was left out and why, then links to all tools, with a field that leaves out those that do not fit. */
export function createToolList(): Updatable<Listed> {
  const find = h('input', {
    class: 'form-input',
    type: 'search',
    dir: 'auto',
    'aria-label': t.find,
    placeholder: t.find,
    autocomplete: 'off',
  });
  const groups = h('div', { class: 'workbench-groups' });
  const problems = h('ul', { class: 'workbench-problems', 'aria-label': t.leftOut });
  let listed: Listed = { tools: [], problems: [], shown: null };

  const show = (): void => {
    const wanted = find.value.trim().toLowerCase();
    const fits = (tool: ToolInfo): boolean =>
      [titleOf(tool), tool.name, tool.description, tool.origin].some((text) =>
        text.toLowerCase().includes(wanted),
      );
    const tools = listed.tools.filter(fits);
    groups.replaceChildren(
      ...GROUPS.flatMap(({ kind, title }) => {
        const members = tools.filter((tool) => tool.kind === kind);
        if (members.length === 0) return [];
        return [
          h('h2', { class: 'workbench-group' }, title),
          h('ul', { class: 'workbench-links' }, ...members.map(link)),
        ];
      }),
      tools.length === 0 ? h('p', { class: 'workbench-hint' }, t.noneFits) : '',
    );
  };
  const link = (tool: ToolInfo): HTMLElement => {
    const title = titleOf(tool);
    return h(
      'li',
      {},
      h(
        'a',
        {
          class: 'workbench-link',
          href: routePath({ name: 'tools', tool: tool.name }),
          'aria-current': tool.name === listed.shown && 'page',
        },
        h(
          'span',
          { class: 'workbench-link__icon', 'aria-hidden': true },
          tool.icon === null ? icon(ICONS[tool.kind]) : functionIcon(tool.icon),
        ),
        h('span', { class: 'workbench-link__title' }, title),
        title !== tool.name && h('code', {}, tool.name),
      ),
    );
  };
  listen(find, 'input', show);
  return {
    element: h(
      'nav',
      { class: 'workbench-list', 'aria-label': common.tools },
      problems,
      find,
      groups,
    ),
    update(next) {
      listed = next;
      show();
      problems.hidden = next.problems.length === 0;
      problems.replaceChildren(
        ...next.problems.map(({ source, error }) =>
          h('li', {}, ...t.leftOutThat(h('code', {}, source), error)),
        ),
      );
    },
  };
}

import './offers.css';
import { h, listen } from '../base/dom.ts';
import type { McpPromptFilled, McpPromptInfo } from '../protocol.ts';
import { ApiProblem } from '../server/api.ts';
import { t } from '../strings/offers.ts';
import { createSuggestions } from '../ui/suggestions.ts';
import type { OffersApi } from './api.ts';
import { openPrompt } from './prompt_dialog.ts';

export interface Prompts {
  /** Shows all, whatever is written. */
  open(): void;
  dispose(): void;
}

const MAX_SHOWN = 50;
const PAGE = 200;
const MAX_PAGES = 5;

/** Offers the prompts of servers while a message begins with a slash and names one. */
export function bindPrompts(
  field: HTMLTextAreaElement,
  api: OffersApi,
  use: (filled: McpPromptFilled) => void,
): Prompts {
  const requests = new AbortController();
  let known: readonly McpPromptInfo[] = [];
  let loading: Promise<void> | null = null;
  const list = createSuggestions<McpPromptInfo>(field, {
    label: t.prompts,
    firstIsActive: true,
    content: ({ server, name, title, description }) => [
      h('span', { class: 'offer-name' }, `${server} · ${name}`),
      h(
        'span',
        { class: 'offer-hint' },
        [title === name ? null : title, description].filter(Boolean).join(': '),
      ),
    ],
    choose: (prompt) => openPrompt(prompt, api, use),
  });
  list.element.classList.add('suggestions--above');

  /** One question at a time; what is known meanwhile is what is shown. */
  const load = (): Promise<void> => {
    loading ??= allPrompts(api, requests.signal)
      .then(
        (prompts) => {
          known = prompts;
        },
        (error: unknown) => {
          if (!requests.signal.aborted && !(error instanceof ApiProblem)) throw error;
        },
      )
      .finally(() => {
        loading = null;
      });
    return loading;
  };
  const show = (): void => {
    const query = queryOf(field.value);
    list.show(query === null ? [] : matching(known, query));
  };
  const showLoaded = async (): Promise<void> => {
    await load();
    if (document.activeElement === field) show();
  };
  const remove = listen(field, 'input', () => {
    show();
    // Servers may have others by now.
    if (field.value === '/') void showLoaded();
  });
  // A slash may have been written before this code was there.
  void showLoaded();

  return {
    open() {
      field.focus();
      void load().then(() => list.show(matching(known, '')));
    },
    dispose() {
      requests.abort();
      remove();
      list.dispose?.();
    },
  };
}

/** Returns what is written behind the slash that a message begins with; null if none does. */
export function queryOf(text: string): string | null {
  return text.startsWith('/') && !text.includes('\n') ? text.slice(1).trim().toLowerCase() : null;
}

/** Returns the prompts that have every word in their names, those whose own name begins so first. */
export function matching(prompts: readonly McpPromptInfo[], query: string): McpPromptInfo[] {
  const words = query.split(/\s+/).filter((word) => word !== '');
  const found = prompts.filter(({ server, name, title }) => {
    const names = `${server} · ${name}\n${title ?? ''}`.toLowerCase();
    return words.every((word) => names.includes(word));
  });
  const isFirst = ({ name }: McpPromptInfo) => name.toLowerCase().startsWith(query);
  return [...found.filter(isFirst), ...found.filter((each) => !isFirst(each))].slice(0, MAX_SHOWN);
}

async function allPrompts(api: OffersApi, signal: AbortSignal): Promise<McpPromptInfo[]> {
  const found: McpPromptInfo[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { prompts, next_cursor: next } = await api.mcpPrompts({ limit: PAGE, cursor }, signal);
    found.push(...prompts);
    if (next === null) break;
    cursor = next;
  }
  return found;
}

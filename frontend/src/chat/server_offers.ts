import { listen } from '../base/dom.ts';
import { createPolling } from '../base/polling.ts';
import type { Clock } from '../base/time.ts';
import type { OffersApi } from '../offers/api.ts';
import type { Prompts } from '../offers/prompts.ts';
import type { McpOffersSummary, McpPromptFilled } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/chat.ts';
import type { MenuItem } from '../ui/menu.ts';
import type { AttachmentsView } from './attachments.ts';
import type { ComposerView } from './composer.ts';

export type ServerOffersApi = OffersApi & Pick<Api, 'mcpOffers'>;

export interface ServerOffersOptions {
  readonly api: ServerOffersApi;
  readonly composer: ComposerView;
  readonly attachments: Pick<AttachmentsView, 'adopt' | 'offer'>;
  readonly clock?: Clock;
}

/** Offers what MCP servers have for a message. Its code is loaded once there is any. */
export function bindServerOffers(options: ServerOffersOptions): { dispose(): void } {
  const { api, composer, attachments } = options;
  const requests = new AbortController();
  let prompts: Prompts | null = null;

  const use = ({ text, files, left_out: leftOut }: McpPromptFilled): void => {
    const written = composer.field.value;
    const isReplaced = written.startsWith('/') || written.trim() === '';
    const note = leftOut === 0 ? [] : [t.composer.leftOut(leftOut)];
    composer.fill([...(isReplaced ? [] : [written.trimEnd()]), text, ...note].join('\n\n'));
    attachments.adopt(files);
    composer.focus();
  };
  const openResources = async (): Promise<void> => {
    const { openResources: open } = await import('../offers/resource_dialog.ts');
    open(api, (files) => {
      attachments.adopt(files);
      composer.focus();
    });
  };
  const offerPrompts = async (): Promise<void> => {
    const { bindPrompts } = await import('../offers/prompts.ts');
    if (requests.signal.aborted || prompts !== null) return;
    prompts = bindPrompts(composer.field, api, use);
    composer.offerPrompts();
  };
  const show = (offers: McpOffersSummary): void => {
    const ways: MenuItem[] = [];
    if (offers.resources + offers.templates > 0) {
      ways.push({ icon: 'plug', label: t.attach.server, choose: () => void openResources() });
    }
    if (offers.prompts > 0) {
      ways.push({ icon: 'note', label: t.attach.prompt, choose: () => prompts?.open() });
      void offerPrompts();
    }
    attachments.offer(ways);
  };
  /** Returns whether there may be more in a moment. */
  const look = async (): Promise<boolean> => {
    try {
      const offers = await api.mcpOffers(requests.signal);
      if (requests.signal.aborted) return false;
      show(offers);
      return offers.pending;
    } catch (error) {
      if (!requests.signal.aborted && !(error instanceof ApiProblem)) throw error;
      // The connection line says that the server does not answer.
      return false;
    }
  };
  const polling = createPolling(look, options.clock);
  const refresh = async (): Promise<void> => {
    if (await look()) polling.start();
  };
  const removers = [
    // Servers may have been added or have changed meanwhile.
    listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible') void refresh();
    }),
    listen(composer.field, 'input', () => {
      if (composer.field.value === '/' && prompts === null) void refresh();
    }),
  ];
  void refresh();

  return {
    dispose() {
      requests.abort();
      polling.dispose();
      prompts?.dispose();
      for (const remove of removers) remove();
    },
  };
}

import './offers.css';
import { h } from '../base/dom.ts';
import type { FileInfo, McpResourceChoice, McpResourceInfo, McpTemplateInfo } from '../protocol.ts';
import { t } from '../strings/offers.ts';
import { openDialog } from '../ui/dialog.ts';
import type { OffersApi } from './api.ts';
import type { Values } from './argument_form.ts';
import type { Page } from './page.ts';
import { createResourceList } from './resource_list.ts';
import { createResourceView } from './resource_view.ts';
import { createTemplateView } from './template_view.ts';

/** Lets the reader find a resource of a server, look at it and attach it. */
export function openResources(api: OffersApi, attach: (files: readonly FileInfo[]) => void): void {
  const place = h('div', { class: 'offer-place' });
  let page: Page | null = null;

  /** The list stays as it is behind the other pages, with what was searched and where. */
  const show = (next: Page): void => {
    if (page !== null && page !== list) {
      page.dispose();
      page.element.remove();
    }
    list.element.hidden = next !== list;
    if (next !== list) place.append(next.element);
    page = next;
    next.focus();
  };
  const showResource = (
    server: string,
    choice: McpResourceChoice,
    about: McpResourceInfo | McpTemplateInfo,
    back: () => void,
  ): void => {
    show(
      createResourceView({
        api,
        server,
        choice,
        about,
        back,
        attached(files) {
          dialog.close();
          attach(files);
        },
      }),
    );
  };
  const showTemplate = (template: McpTemplateInfo, values: Values): void => {
    const { server, uri_template } = template;
    show(
      createTemplateView({
        api,
        template,
        values,
        back: () => show(list),
        open(given) {
          const choice = { template: uri_template, values: given };
          showResource(server, choice, template, () => showTemplate(template, given));
        },
      }),
    );
  };
  const list = createResourceList(api, {
    openResource: (resource) =>
      showResource(resource.server, { uri: resource.uri }, resource, () => show(list)),
    openTemplate: (template) => showTemplate(template, {}),
  });
  place.append(list.element);
  const dialog = openDialog({
    title: t.fromServer,
    content: [place],
    onClose() {
      page?.dispose();
      list.dispose();
    },
  });
  show(list);
}

import { h, listen, setText } from '../base/dom.ts';
import { kindLabel } from '../files/kind.ts';
import { sizeLabel } from '../files/size.ts';
import type {
  FileInfo,
  McpResourceChoice,
  McpResourceContent,
  McpResourceInfo,
  McpResourceRead,
  McpTemplateInfo,
} from '../protocol.ts';
import { ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/offers.ts';
import { button } from '../ui/button.ts';
import type { OffersApi } from './api.ts';
import type { Page } from './page.ts';

export interface ResourceViewOptions {
  readonly api: OffersApi;
  readonly server: string;
  readonly choice: McpResourceChoice;
  readonly about: McpResourceInfo | McpTemplateInfo;
  back(): void;
  attached(files: readonly FileInfo[]): void;
}

/** A resource to look at, and to attach. */
export function createResourceView(options: ResourceViewOptions): Page {
  const { api, server, choice, about } = options;
  const requests = new AbortController();
  const address = h(
    'p',
    { class: 'offer-address' },
    `${server} · ${choice.uri ?? choice.template}`,
  );
  const content = h('div', { class: 'offer-preview', 'aria-busy': true });
  const status = h('p', { class: 'offer-status', role: 'status' }, t.reading);
  const problem = h('p', { class: 'form-error', role: 'alert', hidden: true });
  const attach = button(t.attach, { kind: 'primary' });
  const back = button(common.back);
  const element = h(
    'div',
    { class: 'offer-page' },
    h('h3', { class: 'offer-title', dir: 'auto' }, about.title ?? about.name),
    address,
    about.description !== '' && h('p', { class: 'offer-about' }, about.description),
    content,
    problem,
    h('div', { class: 'offer-actions' }, attach, back, status),
  );

  const fail = (error: unknown): void => {
    if (requests.signal.aborted) return;
    if (!(error instanceof ApiProblem)) throw error;
    setText(status, '');
    problem.hidden = false;
    setText(problem, error.message);
  };
  const look = async (): Promise<void> => {
    try {
      const read = await api.readMcpResource(server, choice, requests.signal);
      if (requests.signal.aborted) return;
      const first = read.contents[0];
      if (first !== undefined) setText(address, `${server} · ${first.uri}`);
      content.replaceChildren(...read.contents.map(contentElement));
      setText(status, countOf(read));
    } catch (error) {
      content.hidden = true;
      fail(error);
    } finally {
      content.removeAttribute('aria-busy');
    }
  };
  const take = async (): Promise<void> => {
    attach.disabled = true;
    problem.hidden = true;
    setText(status, t.attaching);
    try {
      const { files } = await api.attachMcpResource(server, choice, requests.signal);
      if (!requests.signal.aborted) options.attached(files);
    } catch (error) {
      attach.disabled = false;
      fail(error);
    }
  };
  listen(attach, 'click', () => void take());
  listen(back, 'click', options.back);
  void look();

  return {
    element,
    focus: () => attach.focus(),
    dispose: () => requests.abort(),
  };
}

function countOf({ contents, left_out: leftOut }: McpResourceRead): string {
  if (leftOut > 0) {
    return t.partsLeftOut(contents.length + leftOut, contents.length);
  }
  return contents.length === 1 ? '' : t.parts(contents.length);
}

function contentElement(content: McpResourceContent): HTMLElement {
  const { name, media_type: type, size, text, picture } = content;
  const facts = [type === null ? null : kindLabel(type), sizeLabel(size)];
  return h(
    'section',
    { class: 'offer-content' },
    h('h4', { class: 'offer-facts' }, `${name}: ${facts.filter(Boolean).join(', ')}`),
    picture !== null &&
      h('img', { class: 'offer-picture', src: `data:${type};base64,${picture}`, alt: name }),
    text !== null && textElement(content, text),
  );
}

function textElement({ name, is_cut: isCut }: McpResourceContent, text: string): HTMLElement {
  return h(
    'div',
    { class: 'offer-text', tabindex: 0, role: 'region', 'aria-label': t.beginning(name) },
    h('pre', { dir: 'auto' }, text),
    isCut && h('p', { class: 'offer-status' }, t.isCut),
  );
}

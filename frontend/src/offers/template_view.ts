import { h, listen } from '../base/dom.ts';
import type { McpTemplateInfo } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/offers.ts';
import { button } from '../ui/button.ts';
import type { OffersApi } from './api.ts';
import { createArgumentForm, type Values } from './argument_form.ts';
import type { Page } from './page.ts';

export interface TemplateViewOptions {
  readonly api: OffersApi;
  readonly template: McpTemplateInfo;
  /** What was given before. */
  readonly values: Values;
  back(): void;
  open(values: Values): void;
}

/** The gaps of a template to fill in. */
export function createTemplateView(options: TemplateViewOptions): Page {
  const { api, template } = options;
  const { server, uri_template: uri } = template;
  const fields = createArgumentForm(
    template.variables.map((variable) => ({ ...variable, title: null, description: '' })),
    options.values,
    template.completes
      ? async (argument, value, values, signal) =>
          (
            await api.completeMcpArgument(
              server,
              { template: uri, argument, value, values },
              signal,
            )
          ).values
      : null,
  );
  const back = button(common.back);
  const element = h(
    'form',
    { class: 'offer-page', novalidate: true },
    h('h3', { class: 'offer-title', dir: 'auto' }, template.title ?? template.name),
    h('p', { class: 'offer-address' }, `${server} · ${uri}`),
    template.description !== '' && h('p', { class: 'offer-about' }, template.description),
    fields.element,
    h(
      'div',
      { class: 'offer-actions' },
      button(t.lookAtIt, { kind: 'primary', type: 'submit' }),
      back,
    ),
  );
  listen(back, 'click', options.back);
  listen(element, 'submit', (event) => {
    event.preventDefault();
    const values = fields.read();
    if (values !== null) options.open(values);
  });
  return { element, focus: fields.focus, dispose: fields.dispose };
}

import './usage_section.css';
import { h, listen, type View } from '../base/dom.ts';
import type { UsageReport } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/setup.ts';
import { createUsageTable } from '../usage/table.ts';
import { createField } from './field.ts';
import { createFrame } from './frame.ts';
import { problemText } from './section.ts';

/** What chats took, by day and model. It is asked for once the section is open.
 *
 *     section.setup-section#setup-usage
 *       form.setup-form
 *         div.usage-days: from, to, whose
 *         div.usage-report: table, notes
 */
export function createUsageSection(api: Pick<Api, 'usage'>): View {
  const from = h('input', { class: 'setup-input', type: 'date' });
  const to = h('input', { class: 'setup-input', type: 'date' });
  const whose = h(
    'select',
    { class: 'setup-input' },
    h('option', { value: '' }, t.usage.everybodys),
    h('option', { value: 'mine' }, t.usage.mine),
  );
  const report = h('div', { class: 'usage-report', 'aria-live': 'polite' });
  const element = createFrame(
    'setup-usage',
    t.usage.title,
    null,
    h(
      'form',
      { class: 'setup-form' },
      h(
        'div',
        { class: 'usage-days' },
        createField('usage-from', t.usage.from, from).element,
        createField('usage-to', t.usage.to, to).element,
        createField('usage-whose', t.usage.whose, whose).element,
      ),
      report,
    ),
  );
  let requests = new AbortController();

  const load = async (): Promise<void> => {
    requests.abort();
    requests = new AbortController();
    const { signal } = requests;
    const query = {
      from: from.value,
      to: to.value,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      mine: whose.value === 'mine',
    };
    report.setAttribute('aria-busy', 'true');
    try {
      const found = await api.usage(query, signal);
      from.value = found.first_day;
      to.value = found.last_day;
      report.replaceChildren(...shown(found));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      report.replaceChildren(h('p', { class: 'setup-problem' }, problemText(error)));
    }
    report.removeAttribute('aria-busy');
  };

  listen(element.querySelector('details') ?? element, 'toggle', (event) => {
    if ((event.target as HTMLDetailsElement).open && report.childElementCount === 0) void load();
  });
  for (const field of [from, to, whose]) listen(field, 'change', () => void load());
  return { element, dispose: () => requests.abort() };
}

function shown({ days, total }: UsageReport): HTMLElement[] {
  if (days.length === 0) return [h('p', {}, t.usage.none)];
  const isPriced = total.costs.length > 0;
  return [
    createUsageTable(days, total),
    h('p', { class: 'setup-hint' }, t.usage.lead, isPriced ? t.usage.prices : t.usage.noPrices),
  ];
}

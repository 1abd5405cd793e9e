import './doctor_section.css';
import { h, listen } from '../base/dom.ts';
import type { Check, LocalServer } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/setup.ts';
import { button } from '../ui/button.ts';
import { createFrame } from './frame.ts';
import { problemText, type Section, type SetupPage } from './section.ts';

const MARKS: Readonly<Record<Check['verdict'], string>> = {
  ok: 'done',
  warning: 'problem',
  failed: 'failed',
  skipped: 'optional',
};

/** The doctor: tries what the server and its model can do, a line for each check, and offers the
 * model servers that it finds on this machine. */
export function createDoctorSection(
  api: Pick<Api, 'examine' | 'saveUpstream'>,
  page: SetupPage,
): Section {
  const requests = new AbortController();
  const start = button(t.doctor.check, { kind: 'primary' });
  const summary = h('p', { class: 'setup-hint', role: 'status' });
  const checks = h('ul', { class: 'doctor-list', 'aria-label': t.doctor.checks, hidden: true });
  const servers = h('ul', { class: 'doctor-list', 'aria-label': t.doctor.servers, hidden: true });
  const warnings = h('div', { class: 'setup-result', role: 'status' });
  const problem = h('div', { class: 'setup-alert', role: 'alert' });
  const element = createFrame(
    'setup-doctor',
    t.doctor.title,
    null,
    h(
      'div',
      { class: 'setup-form' },
      h('p', { class: 'setup-hint' }, t.doctor.hint),
      h('div', { class: 'setup-actions' }, start),
      summary,
      checks,
      servers,
      warnings,
      problem,
    ),
  );

  let busy = false;
  /** Does one thing at a time. Unlike `disabled`, aria-disabled keeps the focus. */
  const alone = async (work: () => Promise<void>): Promise<void> => {
    if (busy) return;
    busy = true;
    problem.replaceChildren();
    warnings.replaceChildren();
    for (const each of element.querySelectorAll('button')) each.ariaDisabled = 'true';
    try {
      await work();
    } catch (error) {
      if (requests.signal.aborted) return;
      summary.textContent = '';
      if (!(error instanceof ApiProblem)) throw error;
      problem.replaceChildren(h('p', { class: 'setup-problem' }, problemText(error)));
    } finally {
      busy = false;
      for (const each of element.querySelectorAll('button')) each.ariaDisabled = null;
    }
  };

  const examine = async (): Promise<void> => {
    const found: Check[] = [];
    checks.replaceChildren();
    servers.replaceChildren();
    checks.hidden = servers.hidden = true;
    summary.textContent = t.doctor.checking;
    await api.examine((finding) => {
      if (finding.type === 'check') {
        found.push(finding);
        checks.append(checkRow(finding));
        checks.hidden = false;
      } else {
        servers.append(serverRow(finding, use));
        servers.hidden = false;
      }
    }, requests.signal);
    summary.textContent = summaryOf(found);
  };
  const use = (server: LocalServer): void => {
    void alone(async () => {
      summary.textContent = t.doctor.choosing(server.name);
      const answer = await api.saveUpstream({ upstream: 'auto', base_url: server.base_url });
      // The button that was clicked goes with its row.
      start.focus();
      page.onState(answer.state);
      await examine();
      warnings.replaceChildren(
        ...answer.warnings.map((warning) => h('p', { class: 'setup-warning' }, warning)),
      );
    });
  };
  listen(start, 'click', () => void alone(examine));

  return {
    element,
    update() {
      // It looks at the server, not at the state.
    },
    dispose: () => requests.abort(),
  };
}

function checkRow({ title, verdict, found, mend }: Check): HTMLElement {
  return h(
    'li',
    { class: 'doctor-row' },
    h('span', { class: 'doctor-name' }, title),
    h('span', { class: 'setup-mark', 'data-mark': MARKS[verdict] }, t.doctor.verdicts[verdict]),
    h('p', { class: 'doctor-found' }, found),
    mend !== null && h('p', { class: 'doctor-mend' }, mend),
  );
}

function serverRow(server: LocalServer, use: (server: LocalServer) => void): HTMLElement {
  const { name, base_url, models, needs_key, in_use } = server;
  const choose = button(t.doctor.use, {
    'aria-label': t.doctor.useThat(name),
    'aria-disabled': true,
  });
  listen(choose, 'click', () => use(server));
  const listed = models.length === 0 ? t.doctor.noModel : models.join(', ');
  return h(
    'li',
    { class: 'doctor-row' },
    h('span', { class: 'doctor-name' }, name),
    in_use ? h('span', { class: 'setup-mark', 'data-mark': 'done' }, t.doctor.inUse) : choose,
    h('p', { class: 'doctor-found' }, h('code', {}, base_url)),
    h('p', { class: 'doctor-found' }, needs_key ? t.doctor.asksForKey : listed),
  );
}

function summaryOf(checks: readonly Check[]): string {
  const count = (verdict: Check['verdict']) =>
    checks.filter((check) => check.verdict === verdict).length;
  const [failed, noted] = [count('failed'), count('warning')];
  if (failed > 0) return t.doctor.fails(failed);
  if (noted > 0) return t.doctor.noted(noted);
  return t.doctor.well;
}

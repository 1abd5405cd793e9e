import './offers.css';
import { h, listen, setText } from '../base/dom.ts';
import type { McpPromptFilled, McpPromptInfo } from '../protocol.ts';
import { ApiProblem } from '../server/api.ts';
import { t } from '../strings/offers.ts';
import { button } from '../ui/button.ts';
import { openDialog } from '../ui/dialog.ts';
import type { OffersApi } from './api.ts';
import { createArgumentForm } from './argument_form.ts';

/** Asks for the arguments of a prompt, and gets it. One without any is got at once. */
export function openPrompt(
  prompt: McpPromptInfo,
  api: OffersApi,
  use: (filled: McpPromptFilled) => void,
): void {
  const { server, name } = prompt;
  const requests = new AbortController();
  const fields = createArgumentForm(
    prompt.arguments,
    {},
    prompt.completes
      ? async (argument, value, values, signal) =>
          (await api.completeMcpArgument(server, { prompt: name, argument, value, values }, signal))
            .values
      : null,
  );
  const get = button(t.usePrompt, { kind: 'primary', type: 'submit' });
  const status = h('p', { class: 'offer-status', role: 'status' });
  const problem = h('p', { class: 'form-error', role: 'alert', hidden: true });
  const form = h(
    'form',
    { class: 'offer-page', novalidate: true },
    prompt.description !== '' && h('p', { class: 'offer-about' }, prompt.description),
    fields.element,
    problem,
    h('div', { class: 'offer-actions' }, get, status),
  );
  const dialog = openDialog({
    title: `${server} · ${prompt.title ?? name}`,
    content: [form],
    onClose() {
      requests.abort();
      fields.dispose();
    },
  });

  const fill = async (): Promise<void> => {
    const values = fields.read();
    if (values === null) return;
    get.disabled = true;
    problem.hidden = true;
    setText(status, t.getting);
    try {
      const filled = await api.fillMcpPrompt(server, { prompt: name, values }, requests.signal);
      if (requests.signal.aborted) return;
      dialog.close();
      use(filled);
    } catch (error) {
      if (requests.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      problem.hidden = false;
      setText(problem, error.message);
      setText(status, '');
      get.disabled = false;
      get.focus();
    }
  };
  listen(form, 'submit', (event) => {
    event.preventDefault();
    if (!get.disabled) void fill();
  });
  if (prompt.arguments.length === 0) void fill();
  else fields.focus();
}

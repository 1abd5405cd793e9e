import './dialog.css';
import { fullTime } from '../base/amounts.ts';
import { h, listen, setText } from '../base/dom.ts';
import type { NewShare, ShareInfo } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/sharing.ts';
import { button } from '../ui/button.ts';
import { createCopyButton } from '../ui/copy.ts';
import { openDialog } from '../ui/dialog.ts';

export type SharingApi = Pick<Api, 'shares' | 'share' | 'revokeShare'>;

const USUAL_DAYS = 30;

/** Makes links to a chat, and revokes them.
 *
 *     div.sharing
 *       form.sharing__new: for how long, make
 *       div.sharing__made: the new link, copy
 *       p.sharing__problem
 *       h3, ul.sharing__links: until when, revoke
 */
export async function openSharing(api: SharingApi, threadId: string, title: string): Promise<void> {
  const days = h(
    'select',
    { class: 'sharing__field', id: 'sharing-days' },
    ...Object.entries(t.days).map(([value, label]) =>
      h('option', { value, selected: Number(value) === USUAL_DAYS }, label),
    ),
  );
  const make = button(t.make, { kind: 'primary', type: 'submit' });
  const form = h(
    'form',
    { class: 'sharing__new' },
    h('label', { for: 'sharing-days' }, t.goodFor),
    days,
    make,
  );
  const made = h('div', { class: 'sharing__made', role: 'status' });
  const problem = h('p', { class: 'sharing__problem', role: 'alert' });
  const note = h('p', { class: 'sharing__note' }, common.loading);
  const links = h('ul', { class: 'sharing__links' });
  let shares: readonly ShareInfo[] = [];
  const requests = new AbortController();

  openDialog({
    title: t.title(title),
    note: t.note,
    content: [
      h('div', { class: 'sharing' }, form, made, problem, h('h3', {}, t.links), note, links),
    ],
    onClose: () => requests.abort(),
  });

  /** Does something at the server, or says why it failed. */
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setText(problem, '');
    try {
      await work();
    } catch (error) {
      if (requests.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      setText(problem, error.message);
    }
  };
  const draw = (): void => {
    setText(note, shares.length === 0 ? t.none : '');
    links.replaceChildren(...shares.map(linkOf));
  };
  const linkOf = (share: ShareInfo): HTMLElement => {
    const until = fullTime(share.expires_at);
    const revoke = button(t.revoke, {
      kind: 'danger',
      'aria-label': t.revokeThat(fullTime(share.created_at), until),
    });
    listen(revoke, 'click', () =>
      attempt(async () => {
        await api.revokeShare(threadId, share.id);
        shares = shares.filter((each) => each.id !== share.id);
        if (made.dataset['share'] === share.id) made.replaceChildren();
        draw();
        (links.querySelector('button') ?? make).focus();
      }),
    );
    return h(
      'li',
      { class: 'sharing__link' },
      h('span', {}, t.made(fullTime(share.created_at), until)),
      revoke,
    );
  };
  const showMade = (share: NewShare): void => {
    const address = h('input', {
      class: 'sharing__field sharing__address',
      'aria-label': t.address,
      readonly: true,
      dir: 'ltr',
    });
    address.value = share.url;
    listen(address, 'focus', () => address.select());
    made.dataset['share'] = share.id;
    made.replaceChildren(
      address,
      createCopyButton(() => share.url),
      h('p', { class: 'sharing__note' }, t.copyNow),
    );
    address.focus();
  };
  listen(form, 'submit', (event) => {
    event.preventDefault();
    if (make.disabled) return;
    make.disabled = true;
    void attempt(async () => {
      const share = await api.share(threadId, { expires_in_days: Number(days.value) });
      shares = [share, ...shares];
      draw();
      showMade(share);
    }).finally(() => {
      make.disabled = false;
    });
  });

  await attempt(async () => {
    const listed = (await api.shares(threadId, requests.signal)).shares;
    // One may have been made meanwhile.
    const known = new Set(listed.map(({ id }) => id));
    shares = [...shares.filter(({ id }) => !known.has(id)), ...listed];
    draw();
  });
}

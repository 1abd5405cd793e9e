import { h } from '../../base/dom.ts';
import { linkTo, safeUrl } from '../../base/links.ts';
import { t } from '../../strings/approvals.ts';
import { button } from '../../ui/button.ts';

/** What a yes is wanted for. */
export interface Confirmed {
  readonly shown: readonly HTMLElement[];
  /** What leads to a yes; the last one sends it. */
  readonly yes: readonly HTMLElement[];
}

/** An address that a server wants to be opened, in a tab of its own and by a click alone, before the
 * call goes on. */
export function address(given: string): Confirmed {
  const safe = safeUrl(given);
  if (safe === null) {
    return {
      shown: [h('p', { class: 'action__warning' }, t.asked.notOpened)],
      yes: [],
    };
  }
  const url = new URL(safe);
  return {
    shown: addressView(url),
    yes: [
      linkTo(safe, [t.asked.open(url.host)], { class: 'button button--primary' }),
      button(t.asked.done, { type: 'submit' }),
    ],
  };
}

/** The whole address with its host made plain, and what is odd about it. */
function addressView(url: URL): HTMLElement[] {
  const rest = url.href.slice(url.href.indexOf(url.host) + url.host.length);
  const warnings = [
    url.protocol === 'https:' || isHere(url) ? null : t.asked.plain,
    url.host.includes('xn--') ? t.asked.oddHost : null,
  ].filter((warning) => warning !== null);
  return [
    h(
      'p',
      { class: 'action__address', dir: 'ltr' },
      `${url.protocol}//`,
      h('strong', {}, url.host),
      rest,
    ),
    ...warnings.map((warning) => h('p', { class: 'action__warning' }, warning)),
  ];
}

function isHere({ hostname }: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

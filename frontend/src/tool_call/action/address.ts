import { h } from '../../base/dom.ts';
import { linkTo, safeUrl } from '../../base/links.ts';
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
      shown: [h('p', { class: 'action__warning' }, 'Its address cannot be opened.')],
      yes: [],
    };
  }
  const url = new URL(safe);
  return {
    shown: addressView(url),
    yes: [
      linkTo(safe, [`Open ${url.host}`], { class: 'button button--primary' }),
      button('I am done there', { type: 'submit' }),
    ],
  };
}

/** The whole address with its host made plain, and what is odd about it. */
function addressView(url: URL): HTMLElement[] {
  const rest = url.href.slice(url.href.indexOf(url.host) + url.host.length);
  const warnings = [
    url.protocol === 'https:' || isHere(url)
      ? null
      : 'The way there is not encrypted: others may read what you write there.',
    url.host.includes('xn--')
      ? 'Its host has letters that may look like others: it may not be the place that it seems.'
      : null,
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

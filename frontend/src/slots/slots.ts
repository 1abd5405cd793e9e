/** What a copy of this app may have of its own, without a change to any file of ours. See README.md. */

import type { ChatSlots } from '../chat/slots.ts';
import { PRODUCT } from '../product.ts';
import { icon } from '../ui/icon.ts';

export interface Slots extends ChatSlots {
  /** What the app is called: in the header, after the title of each tab. */
  readonly name: string;
  /** The icon of the tab: an address of this server, as the import of a picture returns it. Null: ours. */
  readonly favicon: string | null;
  /**
   * Draws the logo of the header: an `svg` or an `img`, which is made as large as its place. It is
   * decoration (`aria-hidden` or an empty `alt`), since the name stands beside it.
   */
  logo(): Element;
}

const OURS: Slots = { name: PRODUCT, favicon: null, logo: () => icon('brand') };

const own: Readonly<Record<string, Partial<Slots>>> = import.meta.glob('../own/slots.ts', {
  eager: true,
  import: 'default',
});

/** Read by `main.ts` alone, which hands to each view what is its. */
export const slots: Slots = Object.assign({}, OURS, ...Object.values(own));

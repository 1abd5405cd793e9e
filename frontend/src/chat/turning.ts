/** From one branch to another, as one turns a page: the arrows stay under the pointer. */

export interface Turning {
  /** `arrow` was clicked, which leads to the branch with this item. */
  begin(itemId: string, arrow: HTMLElement): void;
  /** Once that is shown: the arrows have the focus again, and moved by so many pixels. */
  end(isShown: (itemId: string) => boolean): { readonly px: number; readonly label: string } | null;
}

interface Turn {
  readonly itemId: string;
  readonly place: string;
  readonly top: number;
  readonly index: number;
}

/** `pagerAt` finds the arrows of a place, which are others on each branch. */
export function createTurning(pagerAt: (place: string) => HTMLElement | null): Turning {
  let turn: Turn | null = null;
  return {
    begin(itemId, arrow) {
      const pager = arrow.closest<HTMLElement>('.pager');
      const place = pager?.dataset['place'];
      if (!pager || place === undefined) return;
      const isSame = (button: HTMLElement): boolean => button === arrow;
      const index = [...pager.querySelectorAll('button')].findIndex(isSame);
      turn = { itemId, place, top: pager.getBoundingClientRect().top, index };
    },
    end(isShown) {
      if (turn === null || !isShown(turn.itemId)) return null;
      const { place, top, index } = turn;
      turn = null;
      const pager = pagerAt(place);
      if (pager === null) return null;
      const buttons = [...pager.querySelectorAll('button')];
      const same = buttons[index];
      const next = same?.disabled === false ? same : buttons.find((button) => !button.disabled);
      next?.focus({ preventScroll: true });
      return {
        px: pager.getBoundingClientRect().top - top,
        label: pager.getAttribute('aria-label') ?? '',
      };
    },
  };
}

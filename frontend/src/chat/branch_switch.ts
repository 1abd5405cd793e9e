/** Keeps the arrows under the pointer when they switch to another branch. */

export interface BranchSwitch {
  /** `arrow` was clicked, which leads to the branch with this item. */
  begin(itemId: string, arrow: HTMLElement): void;
  /** Once that branch is shown, focuses its arrows and returns how far they have moved; null
   * before. */
  end(isShown: (itemId: string) => boolean): Switched | null;
}

export interface Switched {
  readonly movedPx: number;
  /** The label of the arrows, to be read out. */
  readonly label: string;
}

interface Begun {
  readonly itemId: string;
  readonly place: string;
  readonly top: number;
  /** Which of the arrows was clicked. */
  readonly index: number;
}

/** `pagerAt` finds the arrows of a place; each branch has its own. */
export function createBranchSwitch(pagerAt: (place: string) => HTMLElement | null): BranchSwitch {
  let begun: Begun | null = null;
  return {
    begin(itemId, arrow) {
      const pager = arrow.closest<HTMLElement>('.pager');
      const place = pager?.dataset['place'];
      if (!pager || place === undefined) return;
      const index = [...pager.querySelectorAll<HTMLElement>('button')].indexOf(arrow);
      begun = { itemId, place, top: pager.getBoundingClientRect().top, index };
    },
    end(isShown) {
      if (begun === null || !isShown(begun.itemId)) return null;
      const { place, top, index } = begun;
      begun = null;
      const pager = pagerAt(place);
      if (pager === null) return null;
      const buttons = [...pager.querySelectorAll('button')];
      const same = buttons[index];
      const next = same?.disabled === false ? same : buttons.find((button) => !button.disabled);
      next?.focus({ preventScroll: true });
      return {
        movedPx: pager.getBoundingClientRect().top - top,
        label: pager.getAttribute('aria-label') ?? '',
      };
    },
  };
}

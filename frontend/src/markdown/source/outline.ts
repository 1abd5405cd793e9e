/**
 * The heading levels of a message. A heading is one level below the nearest earlier heading with
 * fewer `#`, so the page never skips a level, whatever the model wrote.
 */
export class Outline {
  readonly #base: number;
  readonly #depths: number[];

  /** `base` is the level of the message's first heading. */
  constructor(base: number, depths: readonly number[] = []) {
    this.#base = base;
    this.#depths = [...depths];
  }

  /** Returns the level, at most 6, of the next heading, which has `depth` times `#`. */
  next(depth: number): number {
    while ((this.#depths.at(-1) ?? 0) >= depth) this.#depths.pop();
    this.#depths.push(depth);
    return Math.min(6, this.#base + this.#depths.length - 1);
  }

  copy(): Outline {
    return new Outline(this.#base, this.#depths);
  }
}

/**
 * Heading levels of one message. A heading sits one level below the nearest heading before it that
 * was written with fewer `#`, so the levels of the page never skip one, whatever the model wrote.
 */
export class Outline {
  readonly #base: number;
  readonly #depths: number[];

  /** `base` is the level of the message's first heading. */
  constructor(base: number, depths: readonly number[] = []) {
    this.#base = base;
    this.#depths = [...depths];
  }

  /** The level, at most 6, of the next heading, written with `depth` times `#`. */
  next(depth: number): number {
    while ((this.#depths.at(-1) ?? 0) >= depth) this.#depths.pop();
    this.#depths.push(depth);
    return Math.min(6, this.#base + this.#depths.length - 1);
  }

  copy(): Outline {
    return new Outline(this.#base, this.#depths);
  }
}

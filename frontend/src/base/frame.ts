/** One redraw per animation frame, however often it is asked for. */
export interface Frame {
  request(): void;
  cancel(): void;
}

export function createFrame(draw: () => void): Frame {
  let handle: number | null = null;
  return {
    request() {
      handle ??= requestAnimationFrame(() => {
        handle = null;
        draw();
      });
    },
    cancel() {
      if (handle !== null) cancelAnimationFrame(handle);
      handle = null;
    },
  };
}

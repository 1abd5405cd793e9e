/** Time as an argument, so that tests need not wait. Each callback comes with its cancellation. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls back once, after this many milliseconds. */
  after(ms: number, callback: () => void): () => void;
  /** Calls back before the next paint. */
  frame(callback: () => void): () => void;
  /** Calls back when the browser has nothing to do. */
  idle(callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const id = setTimeout(callback, ms);
    return () => clearTimeout(id);
  },
  frame(callback) {
    const id = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(id);
  },
  idle(callback) {
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback !== 'function') return systemClock.after(50, callback);
    const id = requestIdleCallback(callback, { timeout: 1_000 });
    return () => cancelIdleCallback(id);
  },
};

/** One redraw per animation frame, however often it is asked for. */
export interface Frame {
  request(): void;
  cancel(): void;
}

export function createFrame(draw: () => void): Frame {
  let cancel: (() => void) | null = null;
  return {
    request() {
      cancel ??= systemClock.frame(() => {
        cancel = null;
        draw();
      });
    },
    cancel() {
      cancel?.();
      cancel = null;
    },
  };
}

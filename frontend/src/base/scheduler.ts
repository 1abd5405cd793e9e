/** When things happen. Each call returns what takes it back. */
export interface Scheduler {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Before the next paint. */
  frame(callback: () => void): () => void;
  /** After `delay` milliseconds. */
  wait(delay: number, callback: () => void): () => void;
  /** When the page has nothing better to do. */
  idle(callback: () => void): () => void;
}

export const browserScheduler: Scheduler = {
  now: () => performance.now(),
  frame(callback) {
    const id = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(id);
  },
  wait(delay, callback) {
    const id = setTimeout(callback, delay);
    return () => clearTimeout(id);
  },
  idle(callback) {
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback !== 'function') return browserScheduler.wait(50, callback);
    const id = requestIdleCallback(callback, { timeout: 1_000 });
    return () => cancelIdleCallback(id);
  },
};

import { at } from './base/root.ts';
import { systemClock } from './base/time.ts';

/** https://www.w3.org/TR/trusted-types/, as far as it is used here. Not every browser has it. */
declare const trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL(): string },
      ): { createScriptURL(from: string): string };
    }
  | undefined;

/**
 * Registers the service worker, which says that the server is away and keeps nothing else. Browsers let only
 * pages from https or this machine have one.
 */
export function registerWorker(): void {
  if (!isSecureContext || !('serviceWorker' in navigator)) return;
  // The one policy that the server allows, and it trusts one address.
  const rules = { createScriptURL: () => at('/sw.js') };
  const policy =
    typeof trustedTypes === 'undefined'
      ? rules
      : trustedTypes.createPolicy('service-worker', rules);
  // After what the reader waits for. Without it the page works all the same.
  systemClock.idle(() => {
    navigator.serviceWorker.register(policy.createScriptURL('')).catch(() => undefined);
  });
}

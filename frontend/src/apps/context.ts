/** What an app is told of the page around it: its theme, colours, language and sizes. */

import { h } from '../base/dom.ts';
import { isDark } from '../base/theme.ts';
import { PRODUCT } from '../product.ts';
import type { Fields } from './messages.ts';

export type DisplayMode = 'inline' | 'fullscreen';

/** The extension's names of colours, fonts and sizes, and ours (`base/tokens.css`). */
const VARIABLES: Readonly<Record<string, string>> = {
  '--color-background-primary': '--color-surface',
  '--color-background-secondary': '--color-sunken',
  '--color-background-tertiary': '--color-background',
  '--color-background-inverse': '--color-text',
  '--color-background-ghost': '--color-surface',
  '--color-background-info': '--color-accent-soft',
  '--color-background-danger': '--color-danger-soft',
  '--color-background-success': '--color-success-soft',
  '--color-background-warning': '--color-warning-soft',
  '--color-background-disabled': '--color-sunken',
  '--color-text-primary': '--color-text',
  '--color-text-secondary': '--color-muted',
  '--color-text-tertiary': '--color-muted',
  '--color-text-inverse': '--color-background',
  '--color-text-ghost': '--color-muted',
  '--color-text-info': '--color-accent',
  '--color-text-danger': '--color-danger',
  '--color-text-success': '--color-success',
  '--color-text-warning': '--color-warning',
  '--color-text-disabled': '--color-muted',
  '--color-border-primary': '--color-border',
  '--color-border-secondary': '--color-border',
  '--color-border-tertiary': '--color-border',
  '--color-border-inverse': '--color-border-strong',
  '--color-border-ghost': '--color-border',
  '--color-border-info': '--color-accent',
  '--color-border-danger': '--color-danger',
  '--color-border-success': '--color-success',
  '--color-border-warning': '--color-warning',
  '--color-border-disabled': '--color-border',
  '--color-ring-primary': '--color-focus',
  '--color-ring-secondary': '--color-border-strong',
  '--color-ring-inverse': '--color-background',
  '--color-ring-info': '--color-accent',
  '--color-ring-danger': '--color-danger',
  '--color-ring-success': '--color-success',
  '--color-ring-warning': '--color-warning',
  '--font-sans': '--font-sans',
  '--font-mono': '--font-mono',
  '--font-text-xs-size': '--text-xs',
  '--font-text-sm-size': '--text-s',
  '--font-text-md-size': '--text-m',
  '--font-text-lg-size': '--text-l',
  '--border-radius-sm': '--radius-s',
  '--border-radius-md': '--radius-m',
  '--border-radius-lg': '--radius-l',
  '--border-radius-full': '--radius-pill',
  '--shadow-sm': '--shadow-s',
  '--shadow-md': '--shadow-m',
};

/** What stays as it is while an app is shown. */
export function fixedContext(): Fields {
  const styles = getComputedStyle(document.documentElement);
  return {
    styles: {
      // Colours are pairs of light-dark(), which the app's own color-scheme decides.
      variables: Object.fromEntries(
        Object.entries(VARIABLES).map(([name, ours]) => [
          name,
          styles.getPropertyValue(ours).trim(),
        ]),
      ),
    },
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    userAgent: PRODUCT,
    platform: matchMedia('(pointer: coarse)').matches ? 'mobile' : 'web',
    deviceCapabilities: {
      touch: matchMedia('(any-pointer: coarse)').matches,
      hover: matchMedia('(any-hover: hover)').matches,
    },
    availableDisplayModes: ['inline', 'fullscreen'] satisfies DisplayMode[],
  };
}

export function locale(): Fields {
  return { locale: navigator.language };
}

export function theme(): Fields {
  return { theme: isDark() ? 'dark' : 'light' };
}

/** The parts of the screen that a phone covers, in pixels. */
export function safeArea(): Fields {
  const probe = h('div', { class: 'app-safe-area' });
  document.body.append(probe);
  const { paddingTop, paddingRight, paddingBottom, paddingLeft } = getComputedStyle(probe);
  const insets = {
    top: Number.parseFloat(paddingTop) || 0,
    right: Number.parseFloat(paddingRight) || 0,
    bottom: Number.parseFloat(paddingBottom) || 0,
    left: Number.parseFloat(paddingLeft) || 0,
  };
  probe.remove();
  return { safeAreaInsets: insets };
}

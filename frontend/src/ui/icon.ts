import { h, svg } from '../base/dom.ts';

const PATHS = {
  brand: 'M4 8c3-3.2 5.5-3.2 8 0s5 3.2 8 0M4 13c3-3.2 5.5-3.2 8 0s5 3.2 8 0M4 18c3-3.2 5.5-3.2 8 0',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  sliders: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  down: 'M12 5v14M6 13l6 6 6-6',
  enlarge: 'M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7',
  reduce: 'M19 11h-6V5M13 11l7-7M5 13h6v6M11 13l-7 7',
  close: 'M6 6l12 12M18 6 6 18',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  auto: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 3v18',
  clip: 'M20 11.5 12.5 19a5 5 0 0 1-7-7L13 4.5a3.3 3.3 0 0 1 4.7 4.7L10 17a1.7 1.7 0 0 1-2.4-2.4L14.5 8',
  file: 'M13 3H6v18h12V8ZM13 3v5h5',
  sidebar: 'M4 5h16v14H4zM9.5 5v14',
  search: 'M11 17a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM15.5 15.5 20 20',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  pin: 'M9 4h6l-.8 6 3.3 3.5h-11L9.8 10 9 4ZM12 13.5V20',
  pencil: 'M5 19l.8-3.6L16 5.2a1.7 1.7 0 0 1 2.4 0l.4.4a1.7 1.7 0 0 1 0 2.4L8.6 18.2 5 19Z',
  trash: 'M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v5.5M13.5 10.5v5.5',
  download: 'M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14',
  upload: 'M12 15.5V4.5M7.5 9 12 4.5 16.5 9M5 19.5h14',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  link: 'M10 13.5a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5M14 10.5a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  again: 'M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4',
  left: 'M14.5 6l-6 6 6 6',
  right: 'M9.5 6l6 6-6 6',
  thumbUp:
    'M8 11v9H4v-9ZM8 11l4-7.5c1.7 0 2.6 1.2 2.3 2.8L13.7 9.500H19a1.8 1.8 0 0 1 1.8 2.200l-1.5 6.800A1.9 1.9 0 0 1 17.4 20H8',
  thumbDown:
    'M16 13V4h4v9ZM16 13l-4 7.5c-1.7 0-2.6-1.2-2.3-2.8l.6-3.200H5a1.8 1.8 0 0 1-1.8-2.200l1.5-6.800A1.9 1.9 0 0 1 6.6 4H16',
  speaker: 'M5 9.5v5h3.5l4.5 4v-13l-4.5 4ZM16 9.2a4 4 0 0 1 0 5.6M18.4 6.8a7.4 7.4 0 0 1 0 10.4',
  microphone:
    'M12 14.5a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v5.5a3 3 0 0 0 3 3ZM6 11a6 6 0 0 0 12 0M12 17v3.5',
  alert: 'M12 8v5M12 16.5v.01M12 3 2.5 20h19L12 3Z',
  braces:
    'M8 4C6 4 6 6 6 8s0 4-2 4c2 0 2 2 2 4s0 4 2 4M16 4c2 0 2 2 2 4s0 4 2 4c-2 0-2 2-2 4s0 4-2 4',
  terminal: 'M4 5h16v14H4ZM7.5 9.5l3 2.5-3 2.5M12.5 15h4',
  documents: 'M13 3H6v18h5M13 3l5 5v2M13 3v5h5M16 19a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM18.2 18.2 21 21',
  globe:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18',
  image: 'M4 4h16v16H4ZM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  exit: 'M10 4H5v16h5M14 8l4 4-4 4M9 12h9',
  wrap: 'M4 6h16M4 12h12.5a3 3 0 0 1 0 6H11M13.5 15.5 11 18l2.5 2.5M4 18h3',
  wrench: 'M14.5 6.5a4 4 0 0 0-5.2 5.2L4 17v3h3l5.3-5.3a4 4 0 0 0 5.2-5.2L15 12l-3-3 2.5-2.5Z',
  note: 'M6 3h9l4 4v14H6ZM15 3v4h4M9 11h7M9 14.5h7M9 18h4',
  bubble: 'M5 5h14v11H11l-4 3.5V16H5Z',
  gauge: 'M4.5 18.5a9 9 0 1 1 15 0M12 14l4-4.5',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0ZM12 17v4',
} as const;

export type IconName = keyof typeof PATHS;

/** The icon that a function asks for: an emoji, or the name of one of these. */
export function functionIcon(wanted: string): Element {
  if (isIconName(wanted)) return icon(wanted);
  // A name of no icon is no emoji.
  if (/^\w+$/.test(wanted)) return icon('braces');
  return h('span', { class: 'emoji', 'aria-hidden': 'true' }, wanted);
}

function isIconName(name: string): name is IconName {
  return Object.hasOwn(PATHS, name);
}

/** Decorative: the text beside it says what it means. */
export function icon(name: IconName): SVGSVGElement {
  return svg(
    'svg',
    { class: `icon icon--${name}`, viewBox: '0 0 24 24', 'aria-hidden': true },
    svg('path', { d: PATHS[name] }),
  );
}

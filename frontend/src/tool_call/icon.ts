import { svg } from '../base/dom.ts';
import type { ToolItem } from './bodies/body.ts';

const PATHS: Readonly<Record<ToolItem['type'], string>> = {
  function_call:
    'M8 4C6 4 6 6 6 8s0 4-2 4c2 0 2 2 2 4s0 4 2 4M16 4c2 0 2 2 2 4s0 4 2 4c-2 0-2 2-2 4s0 4-2 4',
  code_interpreter_call: 'M4 5h16v14H4ZM7.5 9.5l3 2.5-3 2.5M12.5 15h4',
  file_search_call:
    'M13 3H6v18h5M13 3l5 5v2M13 3v5h5M16 19a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM18.2 18.2 21 21',
  web_search_call:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18',
  image_generation_call: 'M4 4h16v16H4ZM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  mcp_call: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0ZM12 17v4',
};

/** Decorative: the name stands beside it. */
export function toolIcon(type: ToolItem['type']): SVGSVGElement {
  return svg(
    'svg',
    { class: 'tool-icon', viewBox: '0 0 24 24', 'aria-hidden': true },
    svg('path', { d: PATHS[type] }),
  );
}

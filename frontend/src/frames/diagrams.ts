/**
 * The document that draws diagrams, one after the other. Its policy lets it run this script and nothing
 * else, whatever a diagram gets past Mermaid.
 *
 * https://mermaid.js.org/config/usage.html
 */

import type { Drawing, Picture } from '../markdown/page/diagrams.ts';

interface Job {
  readonly id: number;
  readonly source: string;
  readonly isDark: boolean;
}

/** The global of the script before this one. */
declare const mermaid: {
  initialize(config: object): void;
  render(id: string, source: string): Promise<{ readonly svg: string }>;
};

const FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
/** What no directive in a diagram may change. */
const OURS = [
  ...['secure', 'securityLevel', 'startOnLoad', 'maxTextSize', 'maxEdges', 'htmlLabels'],
  ...['suppressErrorRendering', 'theme', 'fontFamily', 'deterministicIds'],
];

const begin = ({ source, ports }: MessageEvent<unknown>): void => {
  const [port] = ports;
  if (source !== parent || port === undefined) return;
  removeEventListener('message', begin);
  let last = Promise.resolve();
  port.onmessage = ({ data }: MessageEvent<Job>) => {
    last = last.then(async () => port.postMessage(await drawn(data)));
  };
};
addEventListener('message', begin);

async function drawn({ id, source, isDark }: Job): Promise<Drawing & Pick<Job, 'id'>> {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    class: { htmlLabels: false },
    theme: isDark ? 'dark' : 'default',
    fontFamily: FONT,
    secure: OURS,
  });
  try {
    const { svg } = await mermaid.render(`diagram-${id}`, source);
    return { id, ...picture(svg, isDark) };
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    document.body.replaceChildren();
  }
}

/** The drawing as a file of its own, with the size that it says, and something behind it. */
function picture(svg: string, isDark: boolean): Picture {
  const place = document.createElement('div');
  place.innerHTML = svg;
  const root = place.querySelector('svg');
  if (root === null) throw new Error('Nothing was drawn.');
  const { width, height } = root.viewBox.baseVal;
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(height));
  root.style.background = isDark ? '#1b1e21' : '#ffffff';
  const title = root.querySelector(':scope > title')?.textContent ?? '';
  return { svg: new XMLSerializer().serializeToString(root), width, height, title };
}

/**
 * The document of a preview, which becomes the HTML that it is sent. From then on everything here is
 * foreign, but for what was taken hold of before: the port cannot be reached.
 */

/** How high it is, in CSS pixels, or that the reader has pressed Escape in it. */
type News = { readonly height: number } | 'escape';

const become = ({ source, data, ports }: MessageEvent<unknown>): void => {
  const [port] = ports;
  if (source !== parent || port === undefined || typeof data !== 'string') return;
  removeEventListener('message', become);
  const post: (news: News) => void = port.postMessage.bind(port);
  const observer = new ResizeObserver(() => post({ height: heightOf(document) }));
  document.open();
  document.write(data);
  document.close();
  observer.observe(document.documentElement);
  if (document.body !== null) observer.observe(document.body);
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') post('escape');
  });
};
addEventListener('message', become);

function heightOf({ documentElement, body }: Document): number {
  const inner = body === null ? 0 : body.scrollHeight;
  return Math.ceil(Math.max(documentElement.getBoundingClientRect().height, inner));
}

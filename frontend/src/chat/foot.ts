/** Tells the page how high the foot of the chat is, so that a notice lies above it. */
export function tellFootHeight(foot: HTMLElement): () => void {
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => {
    style.setProperty('--chat-foot', `${foot.offsetHeight}px`);
  });
  observer.observe(foot);
  return () => {
    observer.disconnect();
    style.removeProperty('--chat-foot');
  };
}

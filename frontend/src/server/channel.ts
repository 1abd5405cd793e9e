/** A word between the tabs of one browser: something has changed, look again. */
export interface Channel {
  tell(): void;
  dispose(): void;
}

export type OpenChannel = (onTold: () => void) => Channel;

export const threadsChannel: OpenChannel = (onTold) => {
  const channel = new BroadcastChannel('runstream.threads');
  channel.onmessage = () => onTold();
  return {
    tell: () => channel.postMessage(null),
    dispose: () => channel.close(),
  };
};

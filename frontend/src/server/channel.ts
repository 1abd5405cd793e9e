/** Tells the other tabs of this browser that something has changed and should be loaded again. */
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

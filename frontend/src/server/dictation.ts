import type { DictationState } from '../protocol.ts';

/** Why this browser records nothing here, null if it does. */
export type RecordingObstacle = 'insecure' | 'unable';

/** Returns whether the server writes down what is said: it has written so into the page. */
export function isDictationOffered(): boolean {
  return Boolean(meta()?.content);
}

/** Keeps what has become of it since. */
export function keepDictation({ model }: DictationState): void {
  const element = meta();
  if (element !== null) element.content = model === null ? '' : 'yes';
}

export function recordingObstacle(): RecordingObstacle | null {
  // Browsers take the microphone from pages that anybody on the way may have changed.
  if (!window.isSecureContext) return 'insecure';
  const canRecord = 'MediaRecorder' in window && navigator.mediaDevices?.getUserMedia !== undefined;
  return canRecord ? null : 'unable';
}

function meta(): HTMLMetaElement | null {
  return document.querySelector('meta[name="dictation"]');
}

import type { DictationState } from '../protocol.ts';
import { recordingObstacle } from '../server/dictation.ts';
import { t } from '../strings/dictation.ts';

/** Returns whether messages can be spoken, and if not why. */
export function dictationText({ model, obstacle }: DictationState): string {
  if (obstacle !== null) return t.obstacles[obstacle];
  const here = recordingObstacle();
  return [t.works(model ?? ''), ...(here === null ? [] : [t.here[here]])].join(' ');
}

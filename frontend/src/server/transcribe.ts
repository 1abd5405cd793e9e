import { at } from '../base/root.ts';
import type { Transcription } from '../protocol.ts';
import { answered, reached } from './api.ts';

/** Has a recording written down. Rejects with an `ApiProblem`. */
export async function transcribe(recording: Blob, signal: AbortSignal): Promise<string> {
  const body = new FormData();
  body.set('file', recording, 'recording');
  const [response, text] = await reached(async () => {
    const headers = { accept: 'application/json' };
    const response = await fetch(at('/api/transcriptions'), {
      method: 'POST',
      headers,
      body,
      signal,
    });
    return [response, await response.text()] as const;
  }, signal);
  return answered<Transcription>(response.status, response.statusText, text).text;
}

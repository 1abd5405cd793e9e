import { at } from '../base/root.ts';
import type { FileInfo, UploadAnswer } from '../protocol.ts';
import { ApiProblem, answered } from '../server/api.ts';
import { t } from '../strings/reading.ts';
import type { Purpose } from './limits.ts';

export interface UploadOptions {
  readonly purpose: Purpose;
  /** The share that has been sent, from 0 to 1. */
  onProgress(fraction: number): void;
  readonly signal: AbortSignal;
}

/** Rejects with an `ApiProblem` if the server refuses the file or cannot be reached. */
export type Transport = (file: File, options: UploadOptions) => Promise<FileInfo>;

/** Sends one file in one request. (`fetch` does not report the progress of an upload.) */
export const upload: Transport = (file, { purpose, onProgress, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set('file', file, file.name);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      try {
        resolve(only(answered<UploadAnswer>(request.status, request.statusText, request.response)));
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => {
      const message = t.refused.interrupted;
      reject(new ApiProblem(0, { code: 'unreachable', message, field: null, retry_after_s: null }));
    };
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open('POST', at(`/api/files?purpose=${purpose}`));
    request.setRequestHeader('accept', 'application/json');
    request.send(body);
  });

function only({ files, refused }: UploadAnswer): FileInfo {
  const [file] = files;
  if (file !== undefined) return file;
  const { code, message } = refused[0] ?? {
    code: 'refused',
    message: t.refused.notAccepted,
  };
  throw new ApiProblem(422, { code, message, field: null, retry_after_s: null });
}

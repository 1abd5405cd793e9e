import { t } from '../../strings/calls.ts';

/** What a program printed, without the error it ended with. */
export interface Logs {
  readonly printed: string;
  readonly error: ProgramError | null;
}

export interface ProgramError {
  /** Its last line, `ZeroDivisionError: division by zero`. */
  readonly summary: string;
  readonly traceback: string;
}

const BEGINNING = /^(?:-{20,}\n)?(?:\w+ +)?Traceback \(most recent call last\):?/m;
const SUMMARY = /^[A-Za-z_][\w.]*(?:: .*|)$/;

/** Python prints an error as a traceback. What follows its last line was printed later. */
export function splitLogs(logs: string): Logs {
  const start = logs.search(BEGINNING);
  if (start === -1) return { printed: logs, error: null };
  const traceback = logs.slice(start).trimEnd();
  const last = traceback.split('\n').findLast((line) => SUMMARY.test(line));
  return {
    printed: logs.slice(0, start),
    error: { summary: last ?? t.programFailed, traceback },
  };
}

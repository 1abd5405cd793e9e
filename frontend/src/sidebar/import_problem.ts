import type { ApiProblem } from '../server/api.ts';
import { t } from '../strings/sidebar.ts';

/** Says why a file was not imported, and what is. */
export function importProblem(file: string, problem: ApiProblem): string {
  const why = whyNot(problem);
  if (why === null) return t.importing.failed(file, problem.message);
  return t.importing.refused(file, why);
}

/** Null where the file is not to blame. */
function whyNot({ code, field, message, status }: ApiProblem): string | null {
  if (status === 413) return t.importing.tooLarge;
  if (code === 'invalid_json') return t.importing.noJson;
  if (code !== 'invalid_request') return null;
  if (field === 'version') return t.importing.otherVersion;
  const isChat = field?.startsWith('items.') || field?.startsWith('runs.') || field === null;
  return isChat ? t.importing.damaged(message.replace(/\.$/, '')) : t.importing.noChat;
}

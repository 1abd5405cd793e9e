import type { ApiProblem } from '../server/api.ts';

/** Says why a file was not imported, and what is. */
export function importProblem(file: string, problem: ApiProblem): string {
  const why = whyNot(problem);
  if (why === null) return `“${file}” was not imported. ${problem.message}`;
  return `“${file}” was not imported: ${why}. Choose a file that “Export as JSON” in the menu of a chat has made.`;
}

/** Null where the file is not to blame. */
function whyNot({ code, field, message, status }: ApiProblem): string | null {
  if (status === 413) return 'it is larger than 32 MB';
  if (code === 'invalid_json') return 'it is not JSON, or its end is missing';
  if (code !== 'invalid_request') return null;
  if (field === 'version') return 'it is of another version';
  const isChat = field?.startsWith('items.') || field?.startsWith('runs.') || field === null;
  return isChat ? `it is damaged (${message.replace(/\.$/, '')})` : 'it is no exported chat';
}

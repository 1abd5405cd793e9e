import { at } from '../base/root.ts';
import type { AppInfo, AppResource, AppResources, Problem } from '../protocol.ts';
import { t } from '../strings/calls.ts';
import { common } from '../strings/common.ts';

/** Returns what the server says of the app of an item. Rejects with a sentence for the reader. */
export async function readInfo(itemId: string): Promise<AppInfo> {
  const answer = await fetch(at(`/api/apps/${encodeURIComponent(itemId)}`)).catch(() => null);
  if (answer === null) throw new Error(t.app.isSilent);
  if (answer.status === 404) throw new Error(t.app.gone);
  if (!answer.ok) throw new Error(await reasonOf(answer));
  return answer.json();
}

/** Reads a resource of the MCP server of an app. Rejects with a sentence. */
export async function readResource(itemId: string, uri: string): Promise<readonly AppResource[]> {
  const answer = await fetch(at(`/api/apps/${encodeURIComponent(itemId)}/resources`), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ uri }),
  }).catch(() => null);
  if (answer === null) throw new Error(t.app.isSilent);
  if (!answer.ok) throw new Error(await reasonOf(answer));
  const { contents }: AppResources = await answer.json();
  return contents;
}

async function reasonOf(answer: Response): Promise<string> {
  const problem: Problem | null = await answer.json().catch(() => null);
  return problem?.error.message ?? `${common.server.answered(String(answer.status))}.`;
}

export function pageUrl(itemId: string): string {
  return at(`/api/apps/${encodeURIComponent(itemId)}/page`);
}

import type { AssistantInfo } from '../protocol.ts';

export type Greeter = Pick<AssistantInfo, 'id' | 'name' | 'start'>;

/** Returns what is known of the default assistant before anything was asked for: the server has
 * written it into the page. Null where it knows none, and in development. */
export function firstAssistant(): Greeter | null {
  const written = document.querySelector<HTMLMetaElement>('meta[name="assistant"]')?.content;
  return written ? JSON.parse(written) : null;
}

/** Keeps what has become of it since, for the next empty chat. */
export function keepFirstAssistant({ id, name, start }: Greeter): void {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="assistant"]');
  if (meta !== null) meta.content = JSON.stringify({ id, name, start });
}

/** The models that the upstream lists, as suggestions and a hint. */

import { h } from '../base/dom.ts';
import type { ModelList, SetupState } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { t } from '../strings/setup_assistants.ts';

export interface ModelSource {
  readonly list: ModelList | null;
  /** Asks again if the upstream or the key has changed. */
  refresh(state: SetupState): void;
  dispose(): void;
}

export function createModelHint(api: Api, onList: (list: ModelList | null) => void): ModelSource {
  let list: ModelList | null = null;
  let asked: string | null = null;
  let request: AbortController | null = null;
  const ask = async (signal: AbortSignal): Promise<void> => {
    let next: ModelList;
    try {
      next = await api.models({}, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      next = { models: [], listed: [], fallback: true, problem: error.message };
    }
    if (signal.aborted) return;
    list = next;
    onList(list);
  };
  return {
    get list() {
      return list;
    },
    refresh({ upstream, api_key: key }) {
      const source = JSON.stringify([upstream, key]);
      if (source === asked) {
        onList(list);
        return;
      }
      asked = source;
      request?.abort();
      request = new AbortController();
      list = null;
      onList(null);
      void ask(request.signal);
    },
    dispose() {
      request?.abort();
    },
  };
}

export function modelHint(list: ModelList | null, chosen: string): (string | HTMLElement)[] {
  if (list === null) return [t.models.asking];
  if (list.fallback) {
    const from = list.models.length > 0 ? t.models.builtIn : '';
    const why = list.problem === null ? '' : ` ${list.problem}`;
    return [h('p', { class: 'setup-warning' }, t.models.unlisted(from, why))];
  }
  const model = chosen.trim();
  if (model !== '' && !list.models.includes(model)) {
    return [h('p', { class: 'setup-warning' }, t.models.notListed(model))];
  }
  return [t.models.count(list.models.length)];
}

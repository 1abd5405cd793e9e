import { describe, expect, it, vi } from 'vitest';
import { ApiProblem, createApi } from '../../src/server/api.ts';
import { answer, createWire, json, refusal, STATE } from '../wire.ts';

describe('the REST client', () => {
  it('sends JSON to the documented paths', async () => {
    const wire = createWire({
      'PUT /api/setup/api-key': () => json(answer({})),
      'DELETE /api/setup/api-key': () => json(answer({})),
      'PUT /api/setup/upstream': () => json(answer({})),
      'GET /api/setup/assistant': () => json(STATE.assistant),
      'PUT /api/setup/assistant': () => json(answer({}, 'Careful.')),
      'GET /api/functions': () => json({ functions: STATE.functions, problems: [] }),
    });
    const api = createApi(wire.request);
    expect(await api.setup()).toEqual(STATE);
    expect(await api.saveApiKey({ api_key: 'sk', verify: false })).toEqual(answer({}));
    await api.removeApiKey();
    await api.saveUpstream({ upstream: 'demo', base_url: null });
    expect(await api.assistant()).toEqual(STATE.assistant);
    const saved = await api.saveAssistant({ name: 'Otto', model: 'm' });
    expect(saved.warnings).toEqual(['Careful.']);
    expect((await api.models()).models).toContain('gpt-5');
    expect((await api.functions()).functions).toHaveLength(1);
    expect(wire.sent('PUT', '/api/setup/api-key')).toEqual([{ api_key: 'sk', verify: false }]);
    expect(wire.sent('DELETE', '/api/setup/api-key')).toEqual([undefined]);
    expect(wire.sent('PUT', '/api/setup/upstream')).toEqual([{ upstream: 'demo', base_url: null }]);
  });

  it('leads to the login once the session has ended, but leaves that to a log-out', async () => {
    const assign = vi.spyOn(location, 'assign').mockImplementation(() => undefined);
    const wire = createWire({
      'GET /api/setup': () => refusal(401, 'unauthorized', 'Log in.'),
      'DELETE /api/session?everywhere=false': () => json(null),
    });
    const api = createApi(wire.request);
    await expect(api.setup()).rejects.toBeInstanceOf(ApiProblem);
    expect(assign).toHaveBeenCalledOnce();
    await api.logOut(false);
    await expect(api.setup()).rejects.toBeInstanceOf(ApiProblem);
    expect(assign).toHaveBeenCalledOnce();
    assign.mockRestore();
  });

  const failure = async (respond: () => Response | Promise<Response>): Promise<ApiProblem> => {
    const wire = createWire({ 'GET /api/setup': respond });
    const error = await createApi(wire.request)
      .setup()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiProblem);
    return error as ApiProblem;
  };

  it('reports a problem with its code, field and waiting time', async () => {
    const error = await failure(() =>
      refusal(429, 'upstream_rate_limited', 'Slow down.', { field: 'api_key', retry_after_s: 17 }),
    );
    expect(error).toMatchObject({
      status: 429,
      code: 'upstream_rate_limited',
      message: 'Slow down.',
      field: 'api_key',
      retryAfterS: 17,
    });
  });

  it('reads a problem without its optional fields', async () => {
    const error = await failure(() => refusal(400, 'invalid_request', 'No.'));
    expect(error).toMatchObject({ field: null, retryAfterS: null });
  });

  it('reports a server that does not answer', async () => {
    const error = await failure(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(error).toMatchObject({ status: 0, code: 'unreachable' });
    expect(error.message).toContain('does not answer');
  });

  it.each([
    ['an HTML page of success', () => new Response('<h1>Hi</h1>'), 'other than JSON'],
    ['an HTML page of failure', () => new Response('<h1>Bad</h1>', { status: 502 }), '502'],
    ['JSON that is no problem', () => json({ error: 'x' }, 500), '500'],
  ])('makes a sentence of %s', async (_, respond, words) => {
    expect((await failure(respond)).message).toContain(words);
  });

  it('passes on the abortion of a request', async () => {
    const abort = new AbortController();
    abort.abort();
    const request: typeof fetch = () => Promise.reject(abort.signal.reason);
    await expect(createApi(request).setup(abort.signal)).rejects.toBe(abort.signal.reason);
  });
});

import { describe, expect, it } from 'vitest';
import { createJsonView } from '../../../src/tool_call/json/view.ts';

describe('the JSON view', () => {
  it('grows with its text', () => {
    const view = createJsonView('Output');
    view.show('{"a":');
    view.show('{"a":12345678901234567890}');
    expect(view.element.textContent).toBe('{\n  "a": 12345678901234567890\n}');
    expect(view.element.querySelector('.tool-json-number')!.textContent).toMatch(/^1234.*90$/);
  });

  it('shows the beginning of a very long text, in few nodes, and says how much is left', () => {
    const view = createJsonView('Output');
    const text = JSON.stringify(Array.from({ length: 500_000 }, (_, n) => n % 10));
    view.show(text);
    expect(view.element.textContent!.length).toBeLessThan(600_000);
    expect(view.element.textContent).toContain('… and 800,001 more characters');
    expect(view.element.querySelector('code')!.childNodes.length).toBeLessThan(3);
    view.show('[1]');
    expect(view.element.textContent).toBe('[\n  1\n]');
  });
});

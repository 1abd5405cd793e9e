/** What a function returned: parts, of which the text and the JSON are its value. */

import type { FunctionCall, JsonValue } from '../protocol.ts';

export function values(outputs: FunctionCall['outputs']): JsonValue[] {
  return outputs.flatMap((part) => {
    if (part.type === 'text') return [part.text];
    return part.type === 'json' ? [part.value] : [];
  });
}

/** Returns what a widget gets: the value, a list where there are several, null where there is none. */
export function widgetOutput({ outputs }: FunctionCall): JsonValue {
  const [first = null, ...more] = values(outputs);
  return more.length === 0 ? first : values(outputs);
}

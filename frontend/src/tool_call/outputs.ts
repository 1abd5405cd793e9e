/** What a function returned: parts, of which the text and the JSON are its value. */

import type { FilePart, FunctionCall, ImagePart, JsonValue } from '../protocol.ts';

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

export function filesOf({ outputs }: FunctionCall): readonly (ImagePart | FilePart)[] {
  return outputs.filter((part) => part.type === 'image' || part.type === 'file');
}

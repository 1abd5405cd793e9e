/** Whether two lexed values are deeply equal. Rendering depends on nothing else, so equal tokens
 * need no new nodes. The lexer bounds the depth. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((value, index) => same(value, b[index]))
    );
  }
  const entries = Object.entries(a);
  const other = b as Readonly<Record<string, unknown>>;
  return (
    entries.length === Object.keys(b).length &&
    entries.every(([key, value]) => same(value, other[key]))
  );
}

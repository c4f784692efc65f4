/** A single value as text; what is no single value is written as JSON. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** The length in characters as MySQL counts them: a 4-byte character is one. */
export const lengthOf = (text: string): number => Array.from(text).length;

/** Texts are stored as they come, any script and emoji included; only what no text holds is refused. */
export function textProblem(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return 'must be a text';
  if (value.includes('\0')) return 'must not hold a NUL character';
  if (!value.isWellFormed()) return 'is no valid Unicode text';
  if (value.length <= max) return null;
  const length = lengthOf(value);
  return length > max ? `may have at most ${max} characters, not ${length}` : null;
}

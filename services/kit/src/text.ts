/** A single value as text; what is no single value is written as JSON. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** The length in characters as MySQL counts them: a 4-byte character is one. */
export function lengthOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (isPair(text, at)) pairs += 1;
  }
  return text.length - pairs;
}

const isPair = (text: string, at: number): boolean =>
  (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;

/** Texts are stored as they come, any script and emoji included; only what no text holds is refused. */
export function textProblem(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return 'must be a text';
  if (value.includes('\0')) return 'must not hold a NUL character';
  if (!value.isWellFormed()) return 'is no valid Unicode text';
  if (value.length <= max) return null;
  const length = lengthOf(value);
  return length > max ? `may have at most ${max} characters, not ${length}` : null;
}

/** A single value as text; what is no single value is written as JSON. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** The length in characters as MySQL counts them: a 4-byte character is one. */
export const lengthOf = (text: string): number => Array.from(text).length;

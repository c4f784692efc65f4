/** A piece of SQL with its values. The text never holds a value: only `?` marks. */
export type Sql = { readonly text: string; readonly values: readonly unknown[] };

const isSql = (value: unknown): value is Sql =>
  typeof value === 'object' && value !== null && 'text' in value && 'values' in value;

/** Puts values into SQL as marks; another `Sql` goes in as it is, an array as `?, ?, ?`. */
export function sql(texts: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  let text = texts[0] ?? '';
  const values: unknown[] = [];
  for (const [at, part] of parts.entries()) {
    const piece = pieceOf(part);
    text += piece.text + (texts[at + 1] ?? '');
    values.push(...piece.values);
  }
  return { text, values };
}

function pieceOf(part: unknown): Sql {
  if (isSql(part)) return part;
  if (!Array.isArray(part)) return { text: '?', values: [part] };
  // An empty IN () is no SQL; NULL matches nothing, as an empty list should.
  return part.length === 0
    ? { text: 'NULL', values: [] }
    : { text: part.map(() => '?').join(', '), values: part };
}

/** SQL that holds no value: a name or an expression of our own, never of a client. */
export const raw = (text: string): Sql => ({ text, values: [] });

export const joinSql = (parts: readonly Sql[], separator: string): Sql => ({
  text: parts.map((part) => part.text).join(separator),
  values: parts.flatMap((part) => part.values),
});

export const and = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? raw('TRUE') : wrap(joinSql(parts, ' AND '));

export const or = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? raw('FALSE') : wrap(joinSql(parts, ' OR '));

const wrap = ({ text, values }: Sql): Sql => ({ text: `(${text})`, values });

export type Placed<Row> = { readonly row: Row; readonly index: number };

/**
 * Orders rows in rounds: each row comes in a later round than the row above it, when that is among
 * them. Rows that are above each other in a circle come last, where they are refused.
 */
export function withParents<Row extends { readonly code: string }>(
  rows: readonly Row[],
  above: (row: Row) => string | null | undefined,
): Placed<Row>[][] {
  const rounds: Placed<Row>[][] = [];
  let left: readonly Placed<Row>[] = rows.map((row, index) => ({ row, index }));
  while (left.length > 0) {
    const waiting = new Set(left.map(({ row }) => row.code));
    const isReady = ({ row }: Placed<Row>): boolean => !waiting.has(above(row) ?? '');
    const ready = left.filter(isReady);
    if (ready.length === 0) return [...rounds, [...left]];
    rounds.push(ready);
    left = left.filter((each) => !isReady(each));
  }
  return rounds;
}

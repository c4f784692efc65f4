import type { Path, Tie } from '../network/best-paths.ts';

/** Numbers that look random and are the same each time. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** The product of strengths, exact and comparable between paths of any length up to 6. */
export const valueOf = (strengths: readonly number[]): number =>
  strengths.reduce((product, each) => product * each, 1) * 100 ** (6 - strengths.length);

type Ends = { readonly from: number; readonly to: number; readonly maxHops: number };

/** Every simple path, the strongest first, found by going everywhere. */
export function everyPath(ties: readonly Tie[], { from, to, maxHops }: Ends): Path[] {
  const strengths = new Map<number, Map<number, number>>();
  for (const { a, b, strength } of ties.flatMap((tie) => [tie, { ...tie, a: tie.b, b: tie.a }])) {
    const of = strengths.get(a) ?? new Map<number, number>();
    strengths.set(a, of.set(b, Math.max(strength, of.get(b) ?? 0)));
  }
  const found: Path[] = [];
  const go = (path: Path): void => {
    const last = path.nodes.at(-1) ?? from;
    if (last === to) {
      found.push(path);
      return;
    }
    if (path.strengths.length === maxHops) return;
    for (const [node, strength] of strengths.get(last) ?? [])
      if (!path.nodes.includes(node))
        go({ nodes: [...path.nodes, node], strengths: [...path.strengths, strength] });
  };
  go({ nodes: [from], strengths: [] });
  return found.toSorted(
    (a, b) => valueOf(b.strengths) - valueOf(a.strengths) || a.nodes.length - b.nodes.length,
  );
}

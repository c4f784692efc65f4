import { createHeap } from './heap.ts';

/** A tie between two of the nodes, which are numbered from 0; it leads both ways. */
export type Tie = {
  readonly a: number;
  readonly b: number;
  /** 1 to 100. */
  readonly strength: number;
};

type Search = {
  readonly ties: readonly Tie[];
  readonly from: number;
  readonly to: number;
  readonly maxHops: number;
  readonly first: number;
};

export type Path = {
  readonly nodes: readonly number[];
  /** Of each step. */
  readonly strengths: readonly number[];
};

export type Found = {
  readonly paths: readonly Path[];
  /** False when the search was given up before all of the best were found. */
  readonly isComplete: boolean;
};

/** How many partial paths are begun; far more than the best few ever need. */
const begunMax = 200_000;

/**
 * The best simple paths between two nodes: those with the greatest product of strengths, the
 * shorter first of equal ones. A* over partial paths, where what is still to come is estimated by
 * the best walk there, which is never less. Products of whole numbers up to 100 stay exact.
 */
export function bestPaths({ ties, from, to, maxHops, first }: Search): Found {
  const neighbours = neighboursOf(ties);
  // Nobody comes back to where the path began, so no walk does.
  const outlook = outlooksTo(neighbours, to, { maxHops, without: from });
  const open = createHeap<Partial>(isBetter);
  const begin = outlook(from, maxHops);
  if (from === to || begin === null) return { paths: [], isComplete: true };
  open.push({ node: from, before: null, strength: 1, product: 1, hops: 0, ...begin });
  const paths: Path[] = [];
  let begun = 0;
  while (paths.length < first) {
    const partial = open.pop();
    if (partial === null) break;
    if (begun > begunMax) return { paths, isComplete: false };
    if (partial.node === to) {
      paths.push(pathOf(partial));
      continue;
    }
    for (const next of onward(partial, { neighbours, outlook, maxHops })) {
      open.push(next);
      begun += 1;
    }
  }
  return { paths, isComplete: true };
}

type Neighbours = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** Of several ties between two nodes the strongest. */
function neighboursOf(ties: readonly Tie[]): Neighbours {
  const neighbours = new Map<number, Map<number, number>>();
  const put = (a: number, b: number, strength: number): void => {
    const known = neighbours.get(a) ?? new Map<number, number>();
    neighbours.set(a, known.set(b, Math.max(strength, known.get(b) ?? 0)));
  };
  for (const { a, b, strength } of ties) {
    put(a, b, strength);
    put(b, a, strength);
  }
  return neighbours;
}

type Outlook = {
  /** The greatest product of a walk to the end, as if it had all the hops that are left. */
  readonly best: number;
  /** How many hops that walk takes. */
  readonly left: number;
};

type Outlooks = (node: number, hopsLeft: number) => Outlook | null;

/** What is to be had from each node with so many hops: one hop more at a time. */
function outlooksTo(
  neighbours: Neighbours,
  to: number,
  { maxHops, without }: { readonly maxHops: number; readonly without: number },
): Outlooks {
  const byHops: Level[] = [new Map([[to, { best: 1, left: 0 }]])];
  for (let hops = 1; hops <= maxHops; hops += 1)
    byHops.push(oneHopMore(byHops[hops - 1] ?? new Map(), neighbours, without));
  return (node, hopsLeft) => byHops[hopsLeft]?.get(node) ?? null;
}

type Level = Map<number, Outlook>;

function oneHopMore(shorter: Level, neighbours: Neighbours, without: number): Level {
  const now: Level = new Map();
  for (const [node, { best, left }] of shorter) now.set(node, { best: best * 100, left });
  for (const [node, { best, left }] of shorter)
    for (const [other, strength] of (node === without ? null : neighbours.get(node)) ?? [])
      improve(now, other, { best: best * strength, left: left + 1 });
  return now;
}

function improve(level: Level, node: number, outlook: Outlook): void {
  const known = level.get(node);
  if (!known || isAhead(outlook, known)) level.set(node, outlook);
}

const isAhead = (a: Outlook, b: Outlook): boolean =>
  a.best > b.best || (a.best === b.best && a.left < b.left);

type Partial = Outlook & {
  readonly node: number;
  readonly before: Partial | null;
  /** Of the last step. */
  readonly strength: number;
  /** Of all steps so far. */
  readonly product: number;
  readonly hops: number;
};

function isBetter(a: Partial, b: Partial): boolean {
  const [valueA, valueB] = [a.product * a.best, b.product * b.best];
  if (valueA !== valueB) return valueA > valueB;
  const [hopsA, hopsB] = [a.hops + a.left, b.hops + b.left];
  // What is nearer to its end first, so that equal ones are not all begun.
  return hopsA === hopsB ? a.hops > b.hops : hopsA < hopsB;
}

type Ground = {
  readonly neighbours: Neighbours;
  readonly outlook: Outlooks;
  readonly maxHops: number;
};

function* onward(partial: Partial, { neighbours, outlook, maxHops }: Ground): Generator<Partial> {
  const hops = partial.hops + 1;
  for (const [node, strength] of neighbours.get(partial.node) ?? []) {
    const ahead = outlook(node, maxHops - hops);
    if (ahead === null || isOn(partial, node)) continue;
    const product = partial.product * strength;
    yield { node, before: partial, strength, product, hops, ...ahead };
  }
}

function isOn(partial: Partial, node: number): boolean {
  for (let each: Partial | null = partial; each !== null; each = each.before)
    if (each.node === node) return true;
  return false;
}

function pathOf(partial: Partial): Path {
  const steps: Partial[] = [];
  for (let each: Partial | null = partial; each !== null; each = each.before) steps.push(each);
  const ordered = steps.toReversed();
  return {
    nodes: ordered.map(({ node }) => node),
    strengths: ordered.slice(1).map(({ strength }) => strength),
  };
}

/** The strength of a path, 0 to 100. */
export const strengthOfPath = (strengths: readonly number[]): number =>
  strengths.reduce((product, strength) => (product * strength) / 100, 100);

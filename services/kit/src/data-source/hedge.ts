import type { Access } from './access.ts';
import type { Answer } from './connection.ts';
import { HaError, isElsewhereBetter } from './errors.ts';
import type { Node } from './node.ts';
import { answers } from './probe.ts';
import { now } from './time.ts';

export type Contest = {
  /** At least one, the preferred one first. */
  readonly nodes: readonly Node[];
  readonly deadline: number;
  readonly ask: (node: Node) => Promise<Answer>;
};

type Race = Contest & {
  readonly access: Access;
  readonly asked: Set<Node>;
  readonly resolve: (result: Answer) => void;
  readonly reject: (error: unknown) => void;
  open: number;
  isOver: boolean;
  timer: NodeJS.Timeout | null;
  readonly onDoubt: () => void;
};

/**
 * Asks the first server, and a second one when the first fails, falls into doubt, or is silent and
 * gives no sign of life. The first answer wins. A query that is merely slow is never sent twice,
 * so this cannot add to a load that is the cause of the slowness.
 */
export function hedge(access: Access, contest: Contest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const race: Race = {
      ...contest,
      access,
      asked: new Set(),
      resolve,
      reject,
      open: 0,
      isOver: false,
      timer: null,
      onDoubt: () => askNext(race),
    };
    askNext(race);
    contest.nodes[0]?.onDoubt.add(race.onDoubt);
    lookAgain(race, access.options.hedgeMs);
  });
}

function askNext(race: Race): void {
  const node = race.nodes[race.asked.size];
  // Two are enough: with more than one server silent, more load is no help.
  if (!node || race.isOver || race.asked.size >= 2) return;
  if (race.asked.size > 0) race.access.cluster.counters.hedgedReads += 1;
  race.asked.add(node);
  race.open += 1;
  race.ask(node).then(
    (result) => finish(race, () => race.resolve(result)),
    (error: unknown) => {
      race.open -= 1;
      if (!isElsewhereBetter(error)) finish(race, () => race.reject(error));
      else if (race.open === 0) askNext(race);
      if (race.open === 0) finish(race, () => race.reject(error));
    },
  );
}

function finish(race: Race, settle: () => void): void {
  if (race.isOver) return;
  race.isOver = true;
  if (race.timer) clearTimeout(race.timer);
  race.nodes[0]?.onDoubt.delete(race.onDoubt);
  settle();
}

function lookAgain(race: Race, ms: number): void {
  const untilDeadlineMs = race.deadline - now();
  race.timer = setTimeout(() => void look(race), Math.max(1, Math.min(ms, untilDeadlineMs)));
}

async function look(race: Race): Promise<void> {
  if (now() >= race.deadline) {
    const late = new HaError('HA_NODE_DOWN', 'no answer before the deadline');
    return finish(race, () => race.reject(late));
  }
  const [first] = race.nodes;
  const isAlive = first ? await answers(first, race.access.options.pingMs) : false;
  if (race.isOver) return;
  if (!isAlive) askNext(race);
  lookAgain(race, 2 * race.access.options.hedgeMs);
}

import { z } from 'zod';
import type { StoredRecord } from '../record.ts';
import { now, sleep } from '../time.ts';
import type { Agent } from './agent.ts';
import { holdLease } from './lease.ts';
import { beginTerm, finishPromotion, switchover } from './promote.ts';
import { rejoin } from './rejoin.ts';
import { hasForgotten } from './sight.ts';
import { agentOf, report, type Keeper } from './state.ts';
import { statusOf } from './status.ts';

/** What an operator may ask of the keeper that acts, on `ha.<cluster>.request`. */
export const requestSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('status') }),
  z.object({ do: z.literal('switchover'), to: z.string().min(1) }),
  /** `force` gives the server a new copy of everything, whatever it holds. */
  z.object({ do: z.literal('rejoin'), node: z.string().min(1), force: z.boolean().default(false) }),
  /** Failover by a person's word: where no keeper may promote, or what remains is not certain. */
  z.object({
    do: z.literal('promote'),
    node: z.string().min(1),
    force: z.boolean().default(false),
  }),
]);

export type KeeperRequest = z.input<typeof requestSchema>;
type Request = z.output<typeof requestSchema>;

/** Answers when it was done, or with null when another keeper acts. */
export async function queueRequest(keeper: Keeper, given: unknown): Promise<object | null> {
  if (!keeper.lease.isMine) return null;
  const request = requestSchema.parse(given);
  // A copy of everything may take hours, and the cluster is kept meanwhile.
  if (request.do === 'rejoin') return (await holdLease(keeper)) ? serve(keeper, request) : null;
  return new Promise((resolve, reject) => {
    keeper.requests.push({
      serve: () => serve(keeper, request).then(resolve, reject),
      leave: () => resolve(null),
    });
  });
}

export async function serveRequests(keeper: Keeper): Promise<void> {
  for (const request of keeper.requests.splice(0)) await request.serve();
}

/** Another keeper acts and has been asked too. What came while this one was paused is not done late. */
export function leaveRequests(keeper: Keeper): void {
  for (const request of keeper.requests.splice(0)) request.leave();
}

async function serve(keeper: Keeper, request: Request): Promise<object> {
  if (request.do === 'rejoin') await untilLeft(agentOf(keeper, request.node));
  const record = await keeper.store.readRecord();
  if (!record) throw new Error('There is no term record yet');
  await serveOn(keeper, record, request);
  return statusOf(keeper, (await keeper.store.readRecord()) ?? record);
}

async function serveOn(keeper: Keeper, record: StoredRecord, request: Request): Promise<void> {
  switch (request.do) {
    case 'status':
      return;
    case 'switchover': {
      await switchover(keeper, record, request.to);
      const message = `${request.to} took over from ${record.writer} as planned`;
      return report(keeper, 'switchover', { node: request.to, message });
    }
    case 'rejoin':
      return rejoinOnRequest(keeper, record, request);
    case 'promote':
      return promoteOnRequest(keeper, record, request);
  }
}

const leftMsMax = 10_000;

/** The keeper itself tries now and then what an operator asks for: that ends by itself, unless it copies. */
async function untilLeft(agent: Agent): Promise<void> {
  const endsAt = now() + leftMsMax;
  while (agent.isBusy) {
    if (now() >= endsAt) throw new Error(`${agent.node.name} is being worked on already`);
    await sleep(20);
  }
}

type Named = { readonly node: string; readonly force: boolean };

async function rejoinOnRequest(
  keeper: Keeper,
  record: StoredRecord,
  { node, force }: Named,
): Promise<void> {
  if (node === record.writer) throw new Error(`${node} is the writer`);
  const agent = agentOf(keeper, node);
  agent.isBusy = true;
  try {
    const refusal = await rejoin(keeper, record, { name: node, isForced: force });
    if (refusal) throw new Error(refusal);
  } finally {
    agent.isBusy = false;
  }
}

async function promoteOnRequest(
  keeper: Keeper,
  record: StoredRecord,
  { node, force }: Named,
): Promise<void> {
  if (node === record.writer) throw new Error(`${node} is the writer already`);
  const isCertain =
    record.standby.includes(node) && !hasForgotten(record, node, agentOf(keeper, node).view);
  if (!isCertain && !force) {
    throw new Error(
      `${node} is no synchronous standby: acknowledged commits may be lost. Repeat with force to accept that`,
    );
  }
  const message = `${node} takes over from ${record.writer} by an operator's word`;
  report(keeper, 'failover', { node, message });
  const known = force ? { ...record, standbySince: {} } : record;
  await finishPromotion(keeper, await beginTerm(keeper, known, node));
}

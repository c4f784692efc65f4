import { now } from '../time.ts';
import { report, type Keeper } from './state.ts';
import { Conflict } from './store.ts';

/**
 * Whether this keeper acts for the cluster. The lease keeps keepers out of each other's way; no
 * commit depends on it. Only this process's clock is read: "I have seen this revision for so long".
 */
export async function holdLease(keeper: Keeper): Promise<boolean> {
  return keeper.lease.isMine ? renew(keeper) : tryToTake(keeper);
}

async function renew(keeper: Keeper): Promise<boolean> {
  const { lease, timing, options, store } = keeper;
  const ageMs = now() - lease.at;
  if (ageMs < timing.leaseMs / 3) return true;
  const at = now();
  try {
    const revision = await store.writeLease(options.id, lease.revision);
    keeper.lease = { revision, at, isMine: true };
    return true;
  } catch (error) {
    if (!(error instanceof Conflict) && now() - lease.at < timing.leaseMs) return true;
    keeper.lease = { ...lease, at: now(), isMine: false };
    if (error instanceof Conflict) return false;
    throw error;
  }
}

async function tryToTake(keeper: Keeper): Promise<boolean> {
  const found = await keeper.store.readLease();
  if (!found || found.holder === null) return take(keeper, found?.revision ?? null);
  if (found.revision !== keeper.lease.revision) {
    keeper.lease = { revision: found.revision, at: now(), isMine: false };
    return false;
  }
  return now() - keeper.lease.at > keeper.timing.leaseMs ? take(keeper, found.revision) : false;
}

async function take(keeper: Keeper, revision: number | null): Promise<boolean> {
  const at = now();
  try {
    const taken = await keeper.store.writeLease(keeper.options.id, revision);
    keeper.lease = { revision: taken, at, isMine: true };
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
  report(keeper, 'lease', { message: `${keeper.options.id} acts from now on` });
  return true;
}

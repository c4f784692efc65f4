import { startKeeper } from '../keeper/keeper.ts';
import { openNatsStore } from '../keeper/nats-store.ts';
import type { KeeperOptions } from '../keeper/options.ts';
import type { TermStore } from '../keeper/store.ts';

/**
 * A keeper in a process of its own, to be stopped and continued. Prints each event as one line of
 * JSON. With `pausesBeforeOpening` it stops itself in the middle of its first promotion: after the
 * last check of the record, before the statement that opens the new writer.
 */
export type KeeperProcessSettings = {
  readonly options: KeeperOptions;
  readonly nats: readonly string[];
  /** How wrong this process's clock is. */
  readonly clockShiftMs: number;
  readonly pausesBeforeOpening: boolean;
};

const settings: KeeperProcessSettings = JSON.parse(process.env['KEEPER_PROCESS'] ?? 'null');
shiftClock(settings.clockShiftMs);
const { options, nats } = settings;
const store = await openNatsStore({ servers: nats, cluster: options.cluster, replicas: 1 });
let checks = 0;
startKeeper(options, settings.pausesBeforeOpening ? pausing(store) : store, (event) => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
  if (event.type === 'failover') checks = 1;
});

/** The record is read twice in a promotion: before it begins, and right before the end. */
function pausing(real: TermStore): TermStore {
  return {
    ...real,
    readRecord: async () => {
      const record = await real.readRecord();
      if (checks > 0) checks += 1;
      if (checks === 3) process.kill(process.pid, 'SIGSTOP');
      return record;
    },
  };
}

function shiftClock(ms: number): void {
  // oxlint-disable-next-line no-restricted-globals
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    get: (target, name) =>
      name === 'now' ? () => RealDate.now() + ms : Reflect.get(target, name, target),
    construct: (target, given) =>
      Reflect.construct(target, given.length === 0 ? [RealDate.now() + ms] : given),
  });
}

import { connectBus, type Bus } from '@crm/kit/event/bus';
import { createLog } from '@crm/kit/log';
import { natsUrl } from '../../mesh/nats-server.ts';
import { until } from '../../mesh/wait.ts';
import { sql, writerOf, type MeshStage } from './stage.ts';

/** What was told, read from the stream itself. */
export type StreamReader = {
  readonly lastSeq: () => Promise<number>;
  /** Events after `seq` whose version is not the next one of their aggregate. */
  readonly countMisplaced: (seq: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

const atATime = 50;
const connectMsMax = 10_000;

/** A connection of its own, past every service. */
export async function openBus({ mesh }: MeshStage): Promise<Bus> {
  const bus = connectBus({
    url: natsUrl(mesh),
    name: 'faults',
    log: createLog('faults', 'silent'),
  });
  if (!(await until(() => bus.isConnected(), { forMs: connectMsMax }))) {
    throw new Error('NATS does not answer');
  }
  // The services of a mesh that has just started may not have come to it.
  await bus.ensureStream();
  return bus;
}

export async function readStream(stage: MeshStage): Promise<StreamReader> {
  const bus = await openBus(stage);
  const lastSeq = async (): Promise<number> => (await bus.streamState()).lastSeq;
  return {
    lastSeq,
    countMisplaced: async (seq) => countMisplaced(bus, seq + 1, await lastSeq()),
    close: () => bus.close(),
  };
}

/** Results of models are made anew with a version by the clock: it grows, and leaves some out. */
const grows = 'crm.evt.evaluation.';

const follows = (subject: string, version: number, previous: number): boolean =>
  subject.startsWith(grows) ? version > previous : version === previous + 1;

async function countMisplaced(bus: Bus, from: number, to: number): Promise<number> {
  const versions = new Map<string, number>();
  let misplaced = 0;
  for (let first = from; first <= to; first += atATime) {
    const seqs = Array.from({ length: Math.min(atATime, to - first + 1) }, (_, i) => first + i);
    for (const message of await Promise.all(seqs.map((seq) => bus.messageAt(seq)))) {
      if (!message?.subject.startsWith('crm.evt.')) continue;
      const version = Number(message.headers['ce-version']);
      const previous = versions.get(message.subject);
      // An aggregate that was there before goes on from any version.
      if (previous !== undefined && !follows(message.subject, version, previous)) misplaced += 1;
      versions.set(message.subject, version);
    }
  }
  return misplaced;
}

const publishMsMax = 30_000;

/** Waits until every event of every service is in the stream. Gives how many are not. */
export async function countUntold(stage: MeshStage): Promise<number> {
  const schemas = ['customers', 'contacts', 'care', 'analytics', 'competitors'];
  const statement = `SELECT ${schemas
    .map((name) => `(SELECT COUNT(*) FROM crm_${name}.outbox WHERE publishedSeq IS NULL)`)
    .join(' + ')} AS untold`;
  let untold = NaN;
  await until(
    async () => {
      const [row] = await sql(stage, await writerOf(stage), statement);
      untold = Number(row?.['untold']);
      return untold === 0;
    },
    { forMs: publishMsMax, everyMs: 200 },
  );
  return untold;
}

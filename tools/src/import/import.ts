import { basename } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { batchesOf } from './batch.ts';
import { createCalls } from './calls.ts';
import type { GraphClient } from '../graph-client.ts';
import { say } from '../mesh/say.ts';
import { type EntityName } from './entities.ts';
import { createLookup, type Lookup } from './lookup.ts';
import { readMapping } from './mapping.ts';
import { type ImportPlan, planImport } from './plan.ts';
import { addTally, createProgress, noTally, type Progress, type Tally } from './progress.ts';
import { type ImportRecord, readRecords } from './records.ts';
import type { Report } from './report.ts';
import { resolveReferences, sendBatch, type Sent } from './send.ts';

export type ImportJob = {
  readonly name: EntityName;
  readonly file: string;
  readonly mappingFile: string;
  readonly report: Report;
  /** Checks everything that can be checked without writing. */
  readonly isDryRun: boolean;
};

export type Graph = { readonly schema: GraphQLSchema; readonly client: GraphClient };

/**
 * Imports one file. It is read twice: what makes the file as a whole unreadable is found before
 * anything is written. A record that is wrong is reported and leaves the others alone.
 */
export async function importFile(graph: Graph, job: ImportJob): Promise<Tally> {
  const { name, file, mappingFile } = job;
  const mapping = readMapping(mappingFile);
  const plan = await planImport(graph.schema, { name, path: file, mappingFile, mapping });
  const total = await countRecords(plan);
  const what = `${name} ${basename(file)}`;
  if (total === 0) say(`${what}  has no rows below its header`);

  const progress = createProgress(job.isDryRun ? `${what} (dry run)` : what, total);
  const tally = await run({ graph, plan, job, progress });
  progress.end(tally);
  return tally;
}

async function countRecords(plan: ImportPlan): Promise<number> {
  let total = 0;
  for await (const _ of readRecords(plan)) total++;
  return total;
}

type Run = {
  readonly graph: Graph;
  readonly plan: ImportPlan;
  readonly job: ImportJob;
  readonly progress: Progress;
};

const callsInFlightMax = 4;

/** Reads only as fast as the graph takes, so that no more than a few batches are ever held. */
async function run({ graph, plan, job, progress }: Run): Promise<Tally> {
  const { entity } = plan;
  const sending = { client: graph.client, entity, lookup: createLookup(graph.client) };
  let tally = noTally;
  const count = ({ refused, ...done }: Sent): void => {
    for (const problems of refused) job.report.add(problems);
    tally = addTally(tally, { ...done, refused: refused.length });
    progress.show(tally);
  };

  const calls = createCalls(entity.isOrdered ? 1 : callsInFlightMax);
  for await (const { records, refused, isLater } of batchesOf(entity, readRecords(plan))) {
    count({ created: 0, updated: 0, unchanged: 0, refused });
    if (isLater) await calls.all();
    await calls.add(async () => {
      count(
        await (job.isDryRun ? checkBatch(sending.lookup, records) : sendBatch(sending, records)),
      );
    });
  }
  await calls.all();
  return tally;
}

/** What can be said of records without writing them. */
async function checkBatch(lookup: Lookup, records: readonly ImportRecord[]): Promise<Sent> {
  const { ready, refused } = await resolveReferences(lookup, records);
  return { created: 0, updated: 0, unchanged: ready.length, refused };
}

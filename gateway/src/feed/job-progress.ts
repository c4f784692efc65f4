import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '@crm/kit/describe-error';
import { AppError, notFound, unavailable } from '@crm/kit/errors';
import type { Viewer } from '@crm/kit/viewer';
import { getArgumentValues, Kind, OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { checkOperation, type Checked } from '../answer.ts';
import type { Graph } from '../graph/graph.ts';
import type { AskedOperation } from '../http/read-operation.ts';
import type { RunRequest } from '../run.ts';
import { runChangesOf } from './compile.ts';
import type { Frame, Outlet } from './follower.ts';
import { answerJson, type FramesScope } from './frames.ts';
import { withRequest } from './request.ts';

/** A kind of job that can be followed, by the field of a subscription. */
type JobKind = { readonly name: string; readonly service: string; readonly query: string };

const kinds: ReadonlyMap<string, JobKind> = new Map([
  ['importProgress', { name: 'ImportJob', service: 'customers', query: 'importJob' }],
  ['exportProgress', { name: 'ExportJob', service: 'customers', query: 'exportJob' }],
  ['reportExportProgress', { name: 'ReportExport', service: 'analytics', query: 'reportExport' }],
]);

export type FollowedJob = {
  readonly kind: JobKind;
  readonly id: string;
  readonly checked: Checked;
};

/** The job that a subscription is about; null when it is about changes. */
export function readJob(graph: Graph, asked: AskedOperation): FollowedJob | null {
  const checked = checkOperation(graph, asked, 'interactive');
  if (checked.prepared.kind !== OperationTypeNode.SUBSCRIPTION) return null;
  const [node] = checked.prepared.operation.selectionSet.selections;
  if (node?.kind !== Kind.FIELD) return null;
  const kind = kinds.get(node.name.value);
  const field = graph.schema.getSubscriptionType()?.getFields()[node.name.value];
  if (!kind || !field) return null;
  runChangesOf(graph, checked.prepared);
  const { id } = getArgumentValues(field, node, checked.variables);
  return { kind, id: String(id), checked };
}

/** Often enough for a bar that moves; a job writes down how far it is a few times a second. */
const lookMs = 500;
/** A service that is started anew on a busy machine answers within these five minutes. */
const failuresMax = 600;

type Following = {
  readonly job: FollowedJob;
  readonly viewer: Viewer;
  readonly outlet: Outlet;
};

type Scope = Pick<FramesScope, 'call' | 'log'>;

/** Sends how far a job is until it has ended. The job's service says who may know. */
export function followJob(scope: Scope, following: Following): () => void {
  const left = new AbortController();
  void follow(scope, following, left.signal).catch((error: unknown) => {
    following.outlet.fail(error instanceof Error ? error : new Error(String(error)));
  });
  return () => left.abort();
}

async function follow(
  scope: Scope,
  { job, viewer, outlet }: Following,
  left: AbortSignal,
): Promise<void> {
  let told: number | null = null;
  let failures = 0;
  while (!left.aborted) {
    const look = await withRequest(scope, viewer, (request) => lookAt(job, request, told)).catch(
      (error: unknown) => {
        failures += 1;
        lookFailed(scope, failures, error);
      },
    );
    if (look) {
      failures = 0;
      told = look.version;
      if (look.frame) outlet.send(look.frame);
      if (look.hasEnded) return outlet.complete();
    }
    await wait(lookMs, undefined, { signal: left }).catch(() => undefined);
    if (outlet.isFull()) await outlet.drained();
  }
}

/** A service that does not answer is asked again, for some minutes. */
function lookFailed({ log }: Scope, failures: number, error: unknown): void {
  if (failures === 1) log.warn({ error: describeError(error) }, 'a job cannot be seen');
  if (isNotFound(error)) throw error;
  if (failures >= failuresMax) throw unavailable('The job cannot be looked at', lookMs);
}

const isNotFound = (error: unknown): error is AppError =>
  error instanceof AppError && error.extensions.code === 'NOT_FOUND';

type Look = {
  readonly version: number;
  readonly hasEnded: boolean;
  /** Null when nothing has changed. */
  readonly frame: Frame | null;
};

const stateSchema = z.object({
  job: z.object({ version: z.number(), state: z.string() }).nullable(),
});

const goingOn: readonly string[] = ['QUEUED', 'RUNNING', 'REVERTING'];

async function lookAt(
  { kind, id, checked }: FollowedJob,
  request: RunRequest,
  told: number | null,
): Promise<Look> {
  const { data } = await request.call({
    service: kind.service,
    isQuery: true,
    body: JSON.stringify({
      query: `query ($id: ID!) { job: ${kind.query}(id: $id) { version state } }`,
      variables: { id },
    }),
  });
  const { job } = stateSchema.parse(data);
  if (!job) throw notFound(kind.name, id);
  const { version } = job;
  const hasEnded = !goingOn.includes(job.state);
  if (version === told) return { version, hasEnded, frame: null };
  const { graph, prepared, variables } = checked;
  const [result] = await runChangesOf(graph, prepared)([{ id }], variables, request);
  if (!result) throw new Error('unreachable');
  return { version, hasEnded, frame: { payload: answerJson(result), cursor: String(version) } };
}

import { AppError, invalid } from '@crm/kit/errors';
import type { Viewer } from '@crm/kit/viewer';
import { getArgumentValues, Kind, OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { checkOperation, type Checked } from '../answer.ts';
import type { Graph } from '../graph/graph.ts';
import type { AskedOperation } from '../http/read-operation.ts';
import { runChangesOf, selectionVariables } from './compile.ts';
import { readFilter } from './filter.ts';
import type { Followed } from './follower.ts';

/** What one change may cost a partner; others have the whole budget of a request. */
const partnerCostMax = 200;
const coalesceMsMax = 10_000;

const argumentsSchema = z.object({
  after: z.string().nullish(),
  snapshot: z.boolean(),
  filter: z.unknown(),
  coalesceMs: z.int().min(0, 'at least 0').max(coalesceMsMax, `at most ${coalesceMsMax}`).nullish(),
});

export type Subscription = {
  readonly followed: Followed;
  readonly after: string | null;
  /** Whether one who says not where to go on is sent all that there is. */
  readonly snapshot: boolean;
};

/** Checks a subscription as any operation is checked, and reads what it asks for. */
export function readSubscription(
  graph: Graph,
  asked: AskedOperation,
  viewer: Viewer,
): Subscription {
  const checked = checkSubscription(graph, { asked, viewer });
  const given = argumentsSchema.safeParse(argumentsOf(checked));
  if (!given.success) {
    throw invalid(
      z.prettifyError(given.error),
      given.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    );
  }
  const { after, snapshot, filter: wanted, coalesceMs } = given.data;
  const filter = readFilter(wanted);
  if (snapshot && !filter.entities) {
    const message = 'must name what the snapshot holds';
    throw invalid(`filter.entities ${message}`, [{ path: 'filter.entities', message }]);
  }
  const followed = { asked, viewer, filter, coalesceMs: coalesceMs ?? 0 };
  const key = keyOf(checked, followed);
  return { followed: { ...followed, key }, after: after ?? null, snapshot };
}

/** Throws what is wrong with it on this graph. */
export function checkSubscription(
  graph: Graph,
  { asked, viewer }: Pick<Followed, 'asked' | 'viewer'>,
): Checked {
  const checked = checkOperation(graph, asked, 'interactive');
  if (checked.prepared.kind !== OperationTypeNode.SUBSCRIPTION) {
    throw new AppError('BAD_REQUEST', 'Queries and mutations are sent by POST');
  }
  if (viewer.roles.every((role) => role === 'partner') && checked.cost > partnerCostMax) {
    throw new AppError('TOO_COSTLY', `A change costs ${checked.cost}, at most ${partnerCostMax}`, {
      cost: { requested: checked.cost, max: partnerCostMax },
      limit: { name: 'cost', max: partnerCostMax },
    });
  }
  runChangesOf(graph, checked.prepared);
  return checked;
}

function argumentsOf({ graph, prepared, variables }: Checked): Readonly<Record<string, unknown>> {
  const [node] = prepared.operation.selectionSet.selections;
  const fields = graph.schema.getSubscriptionType()?.getFields() ?? {};
  const field = node?.kind === Kind.FIELD ? fields[node.name.value] : undefined;
  if (node?.kind !== Kind.FIELD || !field) throw new Error('unreachable');
  return getArgumentValues(field, node, variables);
}

/** Those with equal keys are sent equal frames: same operation, same values in it, same rights. */
function keyOf(
  { prepared, variables }: Checked,
  { asked, viewer, filter, coalesceMs }: Omit<Followed, 'key'>,
): string {
  const { staffId, roles, teamIds, purpose, subject } = viewer;
  // Reads for a stated purpose are recorded under the name of each reader.
  const reader = purpose === null ? null : subject;
  const values = selectionVariables(prepared).map((name) => [name, variables[name] ?? null]);
  return JSON.stringify([
    asked.query,
    asked.operationName,
    values,
    filter.hash,
    coalesceMs,
    [staffId, roles.toSorted(), teamIds, purpose, reader],
  ]);
}

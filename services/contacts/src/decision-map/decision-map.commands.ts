import type { RequestContext } from '@crm/kit/context';
import { AppError, invalid, notFound } from '@crm/kit/errors';
import { awaitCustomers, lockCustomer } from '@crm/kit/projection/customer-access';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  removeRecords,
  writeChanges,
  type Change,
} from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import type { Affiliation } from '../affiliation/affiliation.fields.ts';
import { readablePeople } from '../person/person.repository.ts';
import { decisionMapsChanged } from './decision-map.events.ts';
import {
  DecisionMapEntity,
  DecisionNodeEntity,
  type DecisionMap,
  type DecisionNode,
} from './decision-map.fields.ts';
import { lockMap, lockNodes, lockNodesEndedAt, lockNodesOf } from './decision-map.repository.ts';
import { nodeProblems, nodesMax, type NodeInput } from './decision-map.ts';

type SaveInput = {
  readonly customerId: string;
  readonly opportunityId?: string | null;
  readonly name?: string | null;
  readonly nodes: readonly NodeInput[];
  /** The version that the client saw; null for a map that is new, or to write whatever there is. */
  readonly expectedVersion?: number | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(DecisionMapEntity);

/** Makes the map of a customer about an opportunity, or about none, or saves it as it is now. */
export async function saveDecisionMap(
  context: RequestContext,
  input: SaveInput,
): Promise<DecisionMap> {
  await awaitCustomers(context, [input.customerId]);
  return runCommand(context, { name: 'saveDecisionMap', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'decision maps');
    const customerId = await lockCustomer(work, input.customerId);
    await checkNodes(work, input.nodes);
    const before = await lockMap(work.manager, {
      customerId,
      opportunityId: input.opportunityId ?? null,
    });
    refuseOlder(before, input.expectedVersion ?? null);
    const map = await saveMap(work, before, { ...input, customerId });
    await saveNodes(work, map, input.nodes);
    await decisionMapsChanged(work, [map]);
    return map;
  });
}

async function checkNodes(work: Work, nodes: readonly NodeInput[]): Promise<void> {
  if (nodes.length > nodesMax) throw invalid(`A map takes ${nodesMax} people`);
  const readable = await readablePeople(
    work,
    nodes.map(({ personId }) => personId),
  );
  const problems = nodeProblems(nodes, readable);
  if (problems.length > 0) throw refused(DecisionNodeEntity, problems);
}

function refuseOlder(before: DecisionMap | null, expectedVersion: number | null): void {
  if (expectedVersion === null || expectedVersion === before?.version) return;
  if (before === null) throw notFound('DecisionMap', `of version ${expectedVersion}`);
  throw new AppError('CONFLICT', `DecisionMap is at version ${before.version}: read it again`, {
    currentVersion: before.version,
    conflicts: [],
  });
}

/** A map whose people alone are different is another version of it too. */
async function saveMap(
  work: Work,
  before: DecisionMap | null,
  { customerId, opportunityId, name }: SaveInput,
): Promise<DecisionMap> {
  const rules = { derive: () => ({ savedAt: work.now }) };
  if (before === null) {
    const input = { customerId, opportunityId, name: name ?? '决策图' };
    return createRecord(work, DecisionMapEntity, { input, rules });
  }
  const change = await changeRecord(work, DecisionMapEntity, {
    id: before.id,
    expectedVersion: null,
    input: name ? { name } : {},
    rules,
  });
  return change.after;
}

/** Whoever is on the map stays the same node; who is no more is taken off. */
async function saveNodes(work: Work, map: DecisionMap, nodes: readonly NodeInput[]): Promise<void> {
  const known = await lockNodes(work.manager, map.id);
  const wanted = new Set(nodes.map(({ personId }) => personId));
  await removeRecords(
    work,
    DecisionNodeEntity,
    known.filter(({ personId }) => !wanted.has(personId)),
  );
  for (const [sequence, node] of nodes.entries()) {
    const before = known.find(({ personId }) => personId === node.personId);
    const input = { parentId: null, stance: null, influence: null, note: null, ...node };
    const derive = () => ({
      mapId: map.id,
      customerId: map.customerId,
      sequence,
      // Who is put on the map again decides again.
      endedOn: null,
    });
    if (before)
      await changeRecord(work, DecisionNodeEntity, {
        id: before.id,
        expectedVersion: null,
        input,
        rules: { derive },
      });
    else await createRecord(work, DecisionNodeEntity, { input, rules: { derive } });
  }
}

type Ended = Pick<Affiliation, 'customerId' | 'personId' | 'validTo'>;

/** Who is no more at a customer decides no more there. */
export async function endNodesOf(work: Work, ended: readonly Ended[]): Promise<void> {
  const places = ended.flatMap(({ personId, customerId, validTo }) =>
    customerId !== null && validTo !== null ? [{ personId, customerId, validTo }] : [],
  );
  if (places.length === 0) return;
  const nodes = await lockNodesOf(work.manager, places);
  const dayOf = ({ personId, customerId }: DecisionNode): string | null =>
    places.find((each) => each.personId === personId && each.customerId === customerId)?.validTo ??
    null;
  await endNodesOn(work, nodes, dayOf);
}

/** What ended at this moment is as it was: whoever it was about is at the customer again. */
export async function reopenNodesOf(
  work: Work,
  back: readonly Pick<Affiliation, 'customerId' | 'personId'>[],
  at: Date,
): Promise<void> {
  const places = back.flatMap(({ personId, customerId }) =>
    customerId === null ? [] : [{ personId, customerId }],
  );
  if (places.length === 0) return;
  await endNodesOn(work, await lockNodesEndedAt(work.manager, places, at), () => null);
}

async function endNodesOn(
  work: Work,
  nodes: readonly DecisionNode[],
  dayOf: (node: DecisionNode) => string | null,
): Promise<void> {
  await writeChanges(
    work,
    DecisionNodeEntity,
    nodes.map((before) => ({
      before,
      changes: { endedOn: { from: before.endedOn, to: dayOf(before) } },
    })),
  );
  await mapsSaved(work, nodes);
}

/** A map with another person on it is another version of it. */
export const decisionNodesMoved = (
  work: Work,
  changes: readonly Change<DecisionNode>[],
): Promise<void> =>
  mapsSaved(
    work,
    changes.map(({ after }) => after),
  );

async function mapsSaved(work: Work, nodes: readonly DecisionNode[]): Promise<void> {
  const ids = [...new Set(nodes.map(({ mapId }) => mapId))];
  const maps = (await lockByIds(work.manager, DecisionMapEntity, ids)).filter(
    ({ deletedAt }) => deletedAt === null,
  );
  const changes = await writeChanges(
    work,
    DecisionMapEntity,
    maps.map((before) => ({
      before,
      changes: { savedAt: { from: before.savedAt, to: work.now } },
    })),
  );
  await decisionMapsChanged(
    work,
    changes.map(({ after }) => after),
  );
}

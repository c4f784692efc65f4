import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { graphqlUrl } from '../../mesh/demo.ts';
import { issuerUrl } from '../../mesh/plan.ts';
import { signToken } from '../../mesh/mint.ts';
import { startChanges, type Changes } from '../../subscribers/changes.ts';
import { startFleet, subjectsFor, untilWhole, type Fleet } from '../../subscribers/fleet.ts';
import type { History, Versions } from '../../subscribers/history.ts';
import type { Subscriber } from '../../subscribers/subscriber.ts';
import { GraphFailure } from '../mesh/graph.ts';
import type { MeshStage } from '../mesh/stage.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { none, type Measure } from '../scenario.ts';

/** Customers that change by the clock, and those who follow them. */
export type Audience = {
  readonly customerIds: readonly string[];
  readonly filter: object;
  readonly url: string;
  readonly fleet: Fleet;
  readonly changes: Changes;
  /** Ends the changes, waits for everyone to be told of all of them, and judges. */
  readonly judge: (others?: readonly Subscriber[]) => Promise<Judged>;
  readonly end: () => void;
};

export type Judged = {
  readonly history: History;
  /** What has to hold for every subscriber whatever happens. */
  readonly invariants: readonly Measure[];
};

type Wanted = {
  readonly subscribers: number;
  readonly perSecond: number;
  readonly customers?: number;
  /** What is selected of the customer. */
  readonly entity?: string;
  /** Of the customers, so that frames are long. */
  readonly longText?: string;
};

const customersDefault = 20;
const liveMsMax = 40_000;
const wholeMsMax = 20_000;

export async function gather(stage: MeshStage, wanted: Wanted): Promise<Audience> {
  const mark = `s-${randomUUID().slice(0, 8)}`;
  const customerIds = await createCustomers(
    stage.graph,
    mark,
    wanted.customers ?? customersDefault,
  );
  if (wanted.longText !== undefined) await lengthen(stage, customerIds, wanted.longText);
  const filter = { customerIds, entities: ['CUSTOMER'] };
  const url = graphqlUrl(stage.mesh).replace('http', 'ws');
  const from = await versionsOf(stage, customerIds);
  const options = { url, filter, returns: true, ...(wanted.entity && { entity: wanted.entity }) };
  const fleet = await startFleet(wanted.subscribers, options, await tokensFor(stage, wanted));
  if (!(await fleet.untilLive(liveMsMax))) throw new Error('Not all could begin to follow');

  const changes = startChanges(
    (turn) => rename(stage, customerIds[turn % customerIds.length] ?? '', `${mark} ${turn}`),
    wanted.perSecond,
  );
  const end = (): void => fleet.end();
  return {
    customerIds,
    filter,
    url,
    fleet,
    changes,
    end,
    judge: async (others = []) => {
      await changes.stop();
      const truth = new Map<string, Versions>();
      for (const [id, to] of await versionsOf(stage, customerIds)) {
        truth.set(id, { from: from.get(id) ?? 0, to });
      }
      const all = [...fleet.subscribers, ...others];
      const history = await untilWhole(all, truth, wholeMsMax);
      end();
      return { history, invariants: invariantsOf(history) };
    },
  };
}

const invariantsOf = ({ missing, misplaced, doubled, gaps }: History): readonly Measure[] => [
  none('changes missed', missing),
  none('changes out of order', misplaced),
  none('changes of one version', doubled),
  none('gaps', gaps),
];

const tokensFor = (stage: MeshStage, { subscribers }: Wanted): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: subjectsFor(subscribers) }, (_, at) => tokenOf(stage, `follower-${at}`)),
  );

/** Of an administrator by another name. */
export const tokenOf = ({ mesh }: MeshStage, subject: string, lifetime = '1h'): Promise<string> =>
  signToken(
    mesh.home,
    { sub: subject, iss: issuerUrl(mesh), roles: ['admin'], staffId: null, teamIds: [] },
    lifetime,
  );

const updated = z.object({ updateCustomer: z.object({ version: z.number() }) });
const update =
  'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { version } }';

export const change = ({ graph }: MeshStage, input: object): Promise<unknown> =>
  graph.ask(updated, update, { variables: { input } });

const rename = (stage: MeshStage, id: string, name: string): Promise<unknown> =>
  change(stage, { id, name });

async function lengthen(stage: MeshStage, ids: readonly string[], text: string): Promise<void> {
  const developmentPlan = { currentStrategy: text, oneYear: text, threeYear: text, longTerm: text };
  for (const id of ids) await change(stage, { id, developmentPlan });
}

const versioned = z.object({ customer: z.object({ version: z.number() }) });

async function versionsOf(
  { graph }: MeshStage,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const versions = new Map<string, number>();
  for (const id of ids) versions.set(id, await versionOf(graph, id));
  return versions;
}

const triesMax = 50;

/** A service may be away for a moment after what the scenario did. */
async function versionOf(graph: MeshStage['graph'], id: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      const query = 'query ($id: ID!) { customer(id: $id) { version } }';
      return (await graph.ask(versioned, query, { variables: { id } })).customer.version;
    } catch (error) {
      if (!(error instanceof GraphFailure) || tries === triesMax) throw error;
    }
  }
}

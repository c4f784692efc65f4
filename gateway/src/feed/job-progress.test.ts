import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { AppError } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import type { Viewer } from '@crm/kit/viewer';
import { buildGraph } from '../graph/graph.ts';
import type { CallSubgraph } from '../subgraphs/client.ts';
import { followJob, readJob } from './job-progress.ts';

const graph = buildGraph(
  readFileSync(new URL('../../../schemas/supergraph.graphql', import.meta.url), 'utf8'),
  true,
);
const viewer: Viewer = {
  subject: 'a',
  staffId: null,
  roles: ['admin'],
  teamIds: [],
  purpose: null,
};
const query = 'subscription ($id: ID!) { importProgress(id: $id) { state created } }';

type State = { readonly version: number; readonly state: string; readonly created: number };

/** Customers, with a job that is at one state after the other each time that it is looked at. */
function customersWith(states: readonly (State | null)[]): CallSubgraph {
  let looks = 0;
  return ({ body }) => {
    const isLook = body.includes('job: importJob');
    if (isLook) looks += 1;
    const state = states[Math.min(looks, states.length) - 1] ?? null;
    const data = isLook ? { job: state } : { _entities: [{ __typename: 'ImportJob', ...state }] };
    return Promise.resolve({ data, errors: [], consistency: null, withheld: [] });
  };
}

/** What is sent until the subscription ends. */
async function followed(states: readonly (State | null)[]): Promise<readonly unknown[]> {
  const job = readJob(graph, { query, operationName: null, variables: { id: newId() } });
  if (!job) throw new Error('It is about no job');
  const scope = { call: customersWith(states), log: createLog('test', 'silent') };
  return new Promise((resolve) => {
    const sent: unknown[] = [];
    followJob(scope, {
      job,
      viewer,
      outlet: {
        send: ({ payload }) => void sent.push(JSON.parse(payload.toString())),
        complete: () => resolve([...sent, 'complete']),
        fail: (error) =>
          resolve([...sent, error instanceof AppError ? error.extensions.code : error]),
        hold: () => undefined,
        flush: () => undefined,
        isFull: () => false,
        drained: () => Promise.resolve(),
      },
    });
  });
}

const running = { version: 1, state: 'RUNNING', created: 500 };
const told = ({ state, created }: State): object => ({
  data: { importProgress: { state, created } },
});

describe('importProgress', () => {
  test('tells each change once, and ends when the job has ended', async () => {
    const later = { ...running, version: 2, created: 900 };
    const done = { version: 3, state: 'DONE', created: 1000 };
    expect(await followed([running, running, later, done])).toEqual([
      told(running),
      told(later),
      told(done),
      'complete',
    ]);
  });

  test('of a job that is somebody else’s is refused', async () => {
    expect(await followed([null])).toEqual(['NOT_FOUND']);
  });

  test('is told apart from what follows changes', () => {
    const asked = {
      query: 'subscription { changes { kind } }',
      operationName: null,
      variables: {},
    };
    expect(readJob(graph, asked)).toBeNull();
  });
});

import { setTimeout as wait } from 'node:timers/promises';
import type { RequestInfo } from '@crm/kit/request';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { alertsSchema, alertsSdl } from './alerts.ts';
import { compose } from './compose.ts';
import { customersSchema, customersSdl, type Context } from './customers.ts';

/** What the subgraph customers gives with each answer: a set of one server's transactions. */
export const testToken = Buffer.from('3e11fa47-71ca-11e1-9e33-c80aa9429562:1-7').toString(
  'base64url',
);

/** What the tests look at and change. */
export type TestState = {
  /** Milliseconds that the subgraph alerts lets every call wait. */
  alertsWaitMs: number;
  /** What the gateway told the subgraphs, call by call. */
  seen: RequestInfo[];
  /** For each slow mutation that ended, whether it was told to stop. */
  renamed: boolean[];
};

export type TestMesh = {
  readonly supergraph: string;
  readonly subgraphs: { readonly customers: TestSubgraph; readonly alerts: TestSubgraph };
  readonly state: TestState;
  readonly stop: () => Promise<void>;
};

/** Two subgraphs on free ports and what they compose to. */
export async function startTestMesh(): Promise<TestMesh> {
  const state: TestState = { alertsWaitMs: 0, seen: [], renamed: [] };
  const createContext = (request: RequestInfo): Context => {
    state.seen.push(request);
    return { request };
  };
  const customers = await testSubgraph({
    name: 'customers',
    createContext,
    extensionsOf: () => ({
      consistency: { token: testToken, node: 'standby', staleMs: 40 },
      withheld: [{ field: 'Customer.secret', reason: 'PURPOSE_NEEDED' }],
    }),
    schema: customersSchema((wasAborted) => state.renamed.push(wasAborted)),
  });
  const alerts = await testSubgraph({
    name: 'alerts',
    createContext: async (request) => {
      await wait(state.alertsWaitMs);
      return createContext(request);
    },
    schema: alertsSchema(),
  });
  return {
    supergraph: compose({ customers: customersSdl, alerts: alertsSdl }),
    subgraphs: { customers, alerts },
    state,
    stop: async () => {
      await Promise.all([customers.stop(), alerts.stop()]);
    },
  };
}

import { z } from 'zod';
import { mintToken } from '../../mesh/mint.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { startSubscriber } from '../../subscribers/subscriber.ts';
import { change, gather } from '../feed/audience.ts';
import type { Graph } from '../mesh/graph.ts';
import type { MeshStage } from '../mesh/stage.ts';
import { holds, seconds, type Scenario } from '../scenario.ts';

const steadyMs = 2000;
const watchMs = 5000;
const liveMsMax = 10_000;

export const scenario: Scenario = {
  id: 'S5',
  title: 'a customer that somebody follows goes to another team',
  isFast: true,
  onMesh: async (stage) => {
    const { from, to } = await makeTeams(stage);
    const audience = await gather(stage, { subscribers: 1, perSecond: 20, customers: 2 });
    const [lost = '', kept = ''] = audience.customerIds;
    for (const id of [lost, kept]) await change(stage, { id, ownerId: from.id });
    const token = await mintToken(stage.mesh, { roles: ['rep'], staff: from.code });
    const rep = startSubscriber({ url: audience.url, token: () => token, filter: audience.filter });
    try {
      if (!(await until(rep.isLive, { forMs: liveMsMax }))) throw new Error('It cannot follow');
      await sleep(steadyMs);
      await change(stage, { id: lost, ownerId: to.id });
      const lostAt = Date.now();
      await sleep(watchMs);
      const { invariants } = await audience.judge();
      const lastOf = (id: string): number =>
        rep.told.findLast(({ entityId }) => entityId === id)?.at ?? 0;
      return [
        seconds('of frames after the customer was lost', Math.max(0, lastOf(lost) - lostAt), 1),
        holds('frames before that', lastOf(lost) > 0),
        holds('frames of the other customer', lastOf(kept) > lostAt + watchMs / 2),
        ...invariants,
      ];
    } finally {
      rep.end();
      audience.end();
    }
  },
};

type Staff = { readonly id: string; readonly code: string };

const madeSchema = z.object({
  made: z.object({ refused: z.literal(0), rows: z.array(z.object({ id: z.string() })) }),
});

/** Two teams of one member each. */
async function makeTeams({ graph }: MeshStage): Promise<{ from: Staff; to: Staff }> {
  const mark = `s5-${Date.now()}`;
  const codes = [`${mark}-a`, `${mark}-b`];
  const teams = codes.map((code) => ({ code, name: code }));
  await upsert(graph, 'upsertTeams', teams);
  const staff = codes.map((code) => ({ code, name: code, teamCode: code }));
  const [from = '', to = ''] = await upsert(graph, 'upsertStaff', staff);
  return { from: { id: from, code: codes[0] ?? '' }, to: { id: to, code: codes[1] ?? '' } };
}

async function upsert(
  graph: Graph,
  mutation: 'upsertTeams' | 'upsertStaff',
  rows: readonly object[],
): Promise<readonly string[]> {
  const input = `U${mutation.slice(1)}Input`;
  const { made } = await graph.ask(
    madeSchema,
    `mutation ($input: ${input}!) { made: ${mutation}(input: $input) { refused rows { id } } }`,
    { variables: { input: { rows } } },
  );
  return made.rows.map(({ id }) => id);
}

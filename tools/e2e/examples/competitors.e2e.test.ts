import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually, meshMsMax } from '../harness.ts';
import { example, startAsking, type Asking } from './asking.ts';

/** Tells what this run makes from what others have made on the same mesh. */
const mark = `K${Date.now()}`;

let asking: Asking;
let customerId: string;
let rivals: readonly string[];

beforeAll(async () => {
  asking = await startAsking();
  const { make } = asking;
  customerId = await make('createCustomer', { name: `${mark} 客户`, industry: 'B' });
  rivals = await Promise.all(
    ['甲', '乙', '丙'].map((name) => make('createCompetitor', { name: `${mark} ${name}` })),
  );
}, meshMsMax);

const url = (path: string): URL =>
  new URL(path, `http://127.0.0.1:${asking.system.mesh.ports.gateway}`);

const namesSchema = z.array(z.object({ name: z.string() }));

async function contest(competitorIds: readonly string[]): Promise<string> {
  const opportunityId = await asking.make('createOpportunity', {
    customerId,
    name: `${mark} 商机`,
  });
  for (const competitorId of competitorIds) {
    await asking.make('addCompetitorToOpportunity', { opportunityId, competitorId });
  }
  return opportunityId;
}

const lose = (id: string): Promise<string> =>
  asking.make('closeOpportunity', { id, outcome: 'LOST', lossReason: 'PRICE' });

const statsSchema = z.object({
  competitorStats: z.object({
    rows: z.array(
      z.object({
        competitor: z.object({ id: z.string() }),
        contested: z.number(),
        lost: z.number(),
        lostToIt: z.number(),
        winRate: z.string().nullable(),
      }),
    ),
  }),
});

async function statsOf(id: string | undefined) {
  const data = await asking.ask(
    `query ($ids: [ID!]) { competitorStats(competitorIds: $ids) { rows {
      competitor { id } contested lost lostToIt winRate } } }`,
    { ids: rivals },
  );
  const { rows } = statsSchema.parse(data).competitorStats;
  return rows.find(({ competitor }) => competitor.id === id);
}

describe('competitors, through the gateway', () => {
  test('an opportunity with three counts once for each, and may be lost without naming one', async () => {
    const [first, second] = rivals;
    const opportunityId = await contest(rivals);
    await lose(opportunityId);
    await asking.make('reviewWinLoss', {
      opportunityId,
      winnerId: first,
      reasons: ['PRICE'],
      lessons: '报价太晚',
    });
    const counted = { contested: 1, lost: 1, winRate: '0.0000' };
    await eventually('the loss is counted', async () => (await statsOf(second))?.lost === 1);
    expect(await statsOf(first)).toMatchObject({ ...counted, lostToIt: 1 });
    expect(await statsOf(second)).toMatchObject({ ...counted, lostToIt: 0 });

    const unnamed = await contest(rivals.slice(0, 1));
    await lose(unnamed);
    await asking.make('reviewWinLoss', { opportunityId: unnamed, reasons: ['PRICE'] });
    await eventually('it is counted too', async () => (await statsOf(first))?.lost === 2);
    expect(await statsOf(first)).toMatchObject({ contested: 2, lost: 2, lostToIt: 1 });
  });

  test('literature goes in and comes out by addresses, and stands on the battle card', async () => {
    const [competitorId] = rivals;
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(1_500_000, 'x')]);
    const send = async (input: object): Promise<void> => {
      const announced = await asking.ask(
        `mutation ($input: AttachCompetitorDocumentInput!) {
          attachCompetitorDocument(input: $input) { path } }`,
        { input: { competitorId, size: bytes.length, ...input } },
      );
      const { path } = z
        .object({ attachCompetitorDocument: z.object({ path: z.string() }) })
        .parse(announced).attachCompetitorDocument;
      expect((await fetch(url(path), { method: 'PUT', body: bytes })).status).toBe(201);
    };
    await send({ name: '样本.pdf', kind: 'BROCHURE' });
    await send({ name: '打法.pdf', kind: 'BATTLE_CARD', isConfidential: true });

    const variables = { competitor: competitorId, industries: ['B'] };
    const data = await asking.ask(example('5-battle-card'), variables);
    expect(data).toMatchObject({
      battleCard: {
        literature: { nodes: [{ name: '打法.pdf' }, { name: '样本.pdf', kind: 'BROCHURE' }] },
        stats: { contested: 2, lost: 2 },
      },
    });
    const [, open] = z
      .object({
        battleCard: z.object({
          literature: z.object({ nodes: z.array(z.object({ downloadPath: z.string() })) }),
        }),
      })
      .parse(data).battleCard.literature.nodes;
    const given = await fetch(url(open?.downloadPath ?? ''));
    expect(Buffer.from(await given.arrayBuffer()).equals(bytes)).toBe(true);

    const rep = await asking.system.token({ roles: ['rep'] });
    const seen = await asking.system.graphql({
      token: rep,
      query: 'query ($id: ID!) { competitor(id: $id) { documents { nodes { name } } } }',
      variables: { id: competitorId },
    });
    const documents: unknown = Reflect.get(Object(seen.data?.['competitor']), 'documents');
    expect(namesSchema.parse(Reflect.get(Object(documents), 'nodes'))).toEqual([
      { name: '样本.pdf' },
    ]);
  });

  test(
    'what competitors keeps of others is made anew while it answers',
    async () => {
      const [, second] = rivals;
      const before = await statsOf(second);
      await asking.system.command('rebuild', 'competitors', '--snapshot');
      expect(await statsOf(second)).toEqual(before);
      await contest(rivals.slice(1, 2));
      await eventually('it goes on', async () => (await statsOf(second))?.contested === 2);
    },
    meshMsMax,
  );
});

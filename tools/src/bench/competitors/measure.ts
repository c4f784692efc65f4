import { say } from '../../mesh/say.ts';
import { giveMemory } from '../customers/memory.ts';
import { connectSubgraph, type Question } from '../customers/subgraph.ts';
import { atMost, type Measurement, type Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { fillSchema, keptHome } from './fill.ts';
import { competitorCount, contestCount, customerId, itemCount } from './market.ts';

const stats = (args: string): Question => ({
  query: `{ competitorStats(${args}) { rows { competitor { name } period contested won winRate
    wonAmounts { amount } } } }`,
});

const landscape: Question = {
  query: `query ($where: LandscapeWhere!) { competitiveLandscape(where: $where) { competitors {
    competitor { name threatLevel } customers won winRate products { name } lastMove { title } } } }`,
  variables: {
    where: { customerIds: Array.from({ length: 100 }, (_, at) => customerId(at * 1000)) },
  },
};

const presence: Question = {
  query: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
    competitivePresence(first: 5) { nodes { competitor { name } lastSeenAt contested won } } } } }`,
  variables: {
    r: Array.from({ length: 100 }, (_, at) => ({
      __typename: 'Customer',
      id: customerId(at * 1000),
    })),
  },
};

const search = (text: string): Question => ({
  query: 'query ($text: String!) { searchIntelligence(text: $text) { title } }',
  variables: { text },
});

const questions: readonly (readonly [id: string, boundMs: number, question: Question])[] = [
  [
    'stats.quarter',
    500,
    stats('groupBy: [COMPETITOR, QUARTER], from: "2025-04-01", to: "2025-06-30"'),
  ],
  [
    'stats.year',
    500,
    stats('groupBy: [COMPETITOR, QUARTER], from: "2025-01-01", to: "2025-12-31"'),
  ],
  ['stats.all', 5000, stats('groupBy: [COMPETITOR, QUARTER]')],
  ['landscape.100', 500, landscape],
  ['presence.100', 500, presence],
  ['search.few', 50, search('消息 471123')],
  ['search.many', 50, search('稀土')],
  ['search.words', 50, search('稀土 华东')],
  ['search.none', 50, search('光刻')],
];

/** What is asked of a market with many competitors, at the subgraph. */
export const measurement: Measurement = {
  about: `${competitorCount} competitors, ${contestCount} contested opportunities, ${itemCount} items of intelligence: figures, landscape, search`,
  run: ({ home, port }) =>
    withMesh({ home: keptHome(home), port, durability: 'relaxed' }, async (mesh) => {
      await giveMemory(mesh);
      await fillSchema(mesh);
      const subgraph = connectSubgraph(mesh, 'competitors');
      const rows: Row[] = [];
      for (const [id, bound, question] of questions) {
        const value = await subgraph.median(question);
        const row = atMost(bound, { id: `competitors.${id}`, value, unit: 'ms' });
        say(`  ${row.ok ? ' ' : '!'} ${row.id}  ${row.value} ${row.unit}`);
        rows.push(row);
      }
      await subgraph.close();
      return rows;
    }),
};

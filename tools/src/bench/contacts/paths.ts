import type { Viewer } from '@crm/kit/viewer';
import type { Question, Subgraph } from '../customers/subgraph.ts';
import { say } from '../../mesh/say.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { customer, person, peopleCount, staff, staffCount } from './network.ts';

const influence = `query ($from: StaffOrPersonInput!, $to: ID!) { influencePaths(from: $from, to: $to, maxHops: 4) {
  isTruncated nodes { strength explanation people { person { name } via { strength reason } } } } }`;
const around = `query ($id: ID!) { relationshipNeighbourhood(personId: $id, hops: 2) {
  isTruncated people { hops person { name } } links { fromId toId strength } } }`;
const introductions = `query ($id: ID!) { introducers(personId: $id) { strength staff { id } people { person { name } } } }`;
const people = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
  affiliations(first: 10) { nodes { person { name relationships(first: 3) { nodes { name counterparty { name } } }
    reportsTo { name } } } } } } }`;

const asked = 100;

/** Somebody, and somebody whom very many know; the same each time. */
const anybody = (at: number): string => person(((at + 1) * 7_919_993) % peopleCount);
const hub = (at: number): string => person(at % 40);

type Case = {
  readonly id: string;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly question: (at: number) => Question;
};

/** Reaches the customers of one of 200, and the people at them. */
const seller = (at: number): Partial<Viewer> => ({
  roles: ['rep'],
  staffId: staff(at % staffCount),
  teamIds: [],
});

const pathsBetween =
  (from: (at: number) => object, to: (at: number) => string) =>
  (at: number): Question => ({ query: influence, variables: { from: from(at), to: to(at) } });

const cases: readonly Case[] = [
  {
    id: 'contacts.paths.of 4 hops, between two people',
    p50: 30,
    p99: 200,
    question: pathsBetween(
      (at) => ({ personId: anybody(at) }),
      (at) => anybody(at + 5000),
    ),
  },
  {
    id: 'contacts.paths.of 4 hops, between hubs',
    p50: null,
    p99: 200,
    question: pathsBetween(
      (at) => ({ personId: hub(at) }),
      (at) => hub(at * 7 + 1),
    ),
  },
  {
    id: 'contacts.paths.of 4 hops, from our staff',
    p50: 30,
    p99: 200,
    question: pathsBetween((at) => ({ staffId: staff(at % staffCount) }), anybody),
  },
  {
    id: 'contacts.paths.of 4 hops, among the people of a seller',
    p50: 30,
    p99: 200,
    question: (at) => ({
      ...pathsBetween(
        () => ({ personId: person(50 * ((at % staffCount) + 400) + 3) }),
        () => person(50 * ((at % staffCount) + 400) + 44),
      )(at),
      viewer: seller(at),
    }),
  },
  {
    id: 'contacts.neighbourhood.of 2 hops',
    p50: 20,
    p99: null,
    question: (at) => ({ query: around, variables: { id: anybody(at) } }),
  },
  {
    id: 'contacts.neighbourhood.of 2 hops, around hubs',
    p50: null,
    p99: 200,
    question: (at) => ({ query: around, variables: { id: hub(at) } }),
  },
  {
    id: 'contacts.introducers',
    p50: null,
    p99: 200,
    question: (at) => ({ query: introductions, variables: { id: anybody(at) } }),
  },
  {
    id: 'contacts.people.of 100 customers, with relationships and superiors',
    p50: null,
    p99: null,
    question: (at) => ({
      query: people,
      variables: {
        r: Array.from({ length: 100 }, (_, n) => ({
          __typename: 'Customer',
          id: customer(1000 + at * 100 + n),
        })),
      },
    }),
  },
];

/** How long ways between people, neighbours and introductions take, each asked for once. */
export async function measurePaths(subgraph: Subgraph): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { id, p50, p99, question } of cases) {
    const times = await timesOf(subgraph, question);
    rows.push(
      figure(`${id}, p50`, p50, at(times, 0.5)),
      figure(`${id}, p99`, p99, at(times, 0.99)),
    );
    say(`  ${id}: p50 ${at(times, 0.5).toFixed(1)}, p99 ${at(times, 0.99).toFixed(1)} ms`);
  }
  return rows;
}

const figure = (id: string, bound: number | null, value: number): Row =>
  bound === null ? shown({ id, value, unit: 'ms' }) : atMost(bound, { id, value, unit: 'ms' });

/** Sorted. The first few warm the service up and do not count. */
export async function timesOf(
  subgraph: Subgraph,
  question: (at: number) => Question,
  times = asked,
): Promise<readonly number[]> {
  const all: number[] = [];
  for (let each = 0; each < times + 10; each += 1) {
    const { ms, code } = await subgraph.ask(question(each));
    if (code !== null) throw new Error(`${code}: ${question(each).query}`);
    if (each >= 10) all.push(ms);
  }
  return all.toSorted((a, b) => a - b);
}

export const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

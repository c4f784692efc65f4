import type { Question, Subgraph } from '../customers/subgraph.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { customer, peopleCount, staff, staffCount } from './network.ts';
import { at as quantile, timesOf } from './paths.ts';

const upcoming = `query ($ownerId: ID, $customerId: ID, $family: Boolean!) {
  upcomingBirthdays(withinDays: 30, ownerId: $ownerId, customerId: $customerId, includeFamily: $family, first: 50) {
    nodes { on turns person { name } } pageInfo { hasNextPage } } }`;

const asked = 100;
const boundMs = 20;

type Case = {
  readonly id: string;
  readonly bound: number | null;
  readonly question: (at: number) => Omit<Question, 'query'>;
};

const cases: readonly Case[] = [
  { id: 'of everybody', bound: boundMs, question: () => ({ variables: { family: false } }) },
  {
    id: `of the ${peopleCount / staffCount} people of one of us`,
    bound: boundMs,
    question: (at) => ({ variables: { ownerId: staff(at % staffCount), family: false } }),
  },
  {
    id: 'of a customer and its families',
    bound: boundMs,
    question: (at) => ({ variables: { customerId: customer(1000 + at), family: true } }),
  },
  {
    id: 'of one of us, with families',
    bound: null,
    question: (at) => ({ variables: { ownerId: staff(at % staffCount), family: true } }),
  },
  {
    id: 'of one of us, asked by a seller who names nobody',
    bound: boundMs,
    question: (at) => ({
      variables: { family: false },
      viewer: { roles: ['rep'], staffId: staff(at % staffCount), teamIds: [] },
    }),
  },
];

/** The first page of the birthdays of the next 30 days. */
export async function measureBirthdays(subgraph: Subgraph): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { id, bound, question } of cases) {
    const times = await timesOf(subgraph, (at) => ({ query: upcoming, ...question(at) }), asked);
    const figure = {
      id: `contacts.birthdays.${id}, p50`,
      value: quantile(times, 0.5),
      unit: 'ms',
    };
    rows.push(bound === null ? shown(figure) : atMost(bound, figure));
  }
  return rows;
}

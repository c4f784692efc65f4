import { invalid } from '@crm/kit/errors';
import { z } from 'zod';
import { aggregates, ownedKinds, segmentAggregate, type Change } from './change.ts';

export type ChangeFilter = Pick<Asked, 'entities' | 'customerIds' | 'ownerIds'> & {
  /** Equal for filters that ask for the same. */
  readonly key: string;
  /** The code of the segment whose customers it is about, which `matches` does not know. */
  readonly segment: string | null;
  readonly matches: (change: Change) => boolean;
};

/** Values in one list of a filter. */
const valuesMax = 1000;

const texts = z.array(z.string()).max(valuesMax, `at most ${valuesMax} values`).nullish();

const filterSchema = z.object({
  subjects: texts,
  entities: texts,
  customerIds: texts,
  ownerIds: texts,
  segment: z.string().nullish(),
  changedFieldsAny: texts,
  kinds: texts,
});

type Asked = z.infer<typeof filterSchema>;

/** Reads a `ChangeFilter` of the graph, which has checked its types. Throws INVALID. */
export function readChangeFilter(given: unknown): ChangeFilter {
  const asked = filterSchema.safeParse(given ?? {});
  if (!asked.success) throw refused('filter', z.prettifyError(asked.error));
  check(asked.data);
  const tests = testsOf(asked.data);
  const { entities, customerIds, ownerIds, segment = null } = asked.data;
  return {
    entities,
    customerIds,
    ownerIds,
    segment,
    key: JSON.stringify(canonical(asked.data)),
    matches: (change) => tests.every((test) => test(change)),
  };
}

function check({ subjects, segment, ownerIds, entities }: Asked): void {
  const told = segment ? [...aggregates, segmentAggregate] : aggregates;
  const unknown = subjects?.find((subject) => !isTold(subject, told));
  if (unknown !== undefined) {
    const known = `\`customer.updated\` or \`customer.*\`, and the like of ${told.join(', ')}`;
    throw refused('filter.subjects', `${unknown} is none; they are ${known}`);
  }
  const unowned = entities?.find((kind) => !ownedKinds.includes(kind));
  if (ownerIds && unowned !== undefined) {
    throw refused('filter.ownerIds', `holds for ${ownedKinds.join(', ')}, not for ${unowned}`);
  }
}

const isTold = (subject: string, told: readonly string[]): boolean => {
  const [, aggregate = ''] = /^([a-z]+)\.(?:\*|[a-z_]+)$/.exec(subject) ?? [];
  return told.includes(aggregate);
};

const refused = (path: string, message: string): Error =>
  invalid(`${path}: ${message}`, [{ path, message }]);

/** The same whatever the order in which things were named. */
const canonical = (asked: Asked): readonly unknown[] =>
  Object.entries(asked)
    .filter(([, value]) => value !== null && value !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value]);

type Test = (change: Change) => boolean;

function testsOf(asked: Asked): readonly Test[] {
  const { subjects, entities, customerIds, ownerIds, segment, changedFieldsAny, kinds } = asked;
  return [
    isOfNoOtherSegment(segment),
    among(entities, ({ entity }) => entity.kind),
    among(kinds, ({ kind }) => kind),
    among(customerIds, ({ customerId }) => customerId),
    subjects && ((change: Change) => subjects.some((subject) => isSubject(change, subject))),
    ownerIds && ownedBy(new Set(ownerIds)),
    changedFieldsAny &&
      ((change: Change) =>
        isMove(change) ||
        changedFieldsAny.some((wanted) =>
          change.changedFields.some((name) => isField(name, wanted)),
        )),
  ].flatMap((test) => test ?? []);
}

const isMove = (change: Change): boolean => change.segment !== null;

/** Who comes into a segment, or leaves it, concerns those who follow it, and nobody else. */
const isOfNoOtherSegment =
  (segment: string | null | undefined): Test =>
  (change) =>
    !isMove(change) || change.segment === segment;

function among(
  wanted: readonly string[] | null | undefined,
  valueOf: (change: Change) => string | null,
): Test | undefined {
  if (!wanted) return undefined;
  const values = new Set<string | null>(wanted);
  return (change) => values.has(valueOf(change));
}

const isSubject = ({ subject }: Change, wanted: string): boolean =>
  wanted.endsWith('.*') ? subject.startsWith(wanted.slice(0, -1)) : subject === wanted;

/** The owner before the change hears of it too. */
const ownedBy =
  (owners: ReadonlySet<unknown>): Test =>
  ({ entity: { owner }, owned, previous }) =>
    owner !== undefined &&
    ((owned !== null && owners.has(owned.ownerId)) || owners.has(previous?.[owner]));

/** `owner` is stored as `ownerId`, and `address` as `address.city` and the like. */
const isField = (name: string, wanted: string): boolean =>
  name === wanted || name === `${wanted}Id` || name.startsWith(`${wanted}.`);

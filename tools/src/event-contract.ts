import type { EventType } from '@crm/kit/event/event';
import { z } from 'zod';

/** The shape of one version of an event, as it is kept beside the events. */
export type EventContract = {
  readonly type: string;
  readonly schemaVersion: number;
  readonly visibility: string;
  readonly data: JsonSchema;
};

type JsonSchema = Readonly<Record<string, unknown>>;

export const contractOf = (event: EventType): EventContract => ({
  type: event.type,
  schemaVersion: event.schemaVersion,
  visibility: event.visibility,
  data: z.toJSONSchema(event.data, { io: 'input', unrepresentable: 'any' }),
});

export const contractFile = ({ type, schemaVersion }: EventContract): string =>
  `${type}.v${schemaVersion}.json`;

/**
 * What a consumer of a released version would stumble over. An optional field may be added;
 * everything else is a new version beside the old one.
 */
export function contractProblems(released: EventContract, current: EventContract): string[] {
  const visibility =
    released.visibility === current.visibility
      ? []
      : [`visibility was ${released.visibility} and is ${current.visibility}`];
  return [...visibility, ...schemaProblems(released.data, current.data, 'data')];
}

function schemaProblems(released: JsonSchema, current: JsonSchema, path: string): string[] {
  const keywords = new Set([...Object.keys(released), ...Object.keys(current)]);
  return [...keywords].flatMap((keyword) => {
    const [before, after] = [released[keyword], current[keyword]];
    if (keyword === 'properties') return propertyProblems(toSchema(before), toSchema(after), path);
    if (keyword === 'items' && isSchema(before) && isSchema(after)) {
      return schemaProblems(before, after, `${path}[]`);
    }
    return isEqual(before, after) ? [] : [`${path}: ${keyword} ${change(before, after)}`];
  });
}

function propertyProblems(released: JsonSchema, current: JsonSchema, path: string): string[] {
  return Object.entries(released).flatMap(([name, before]) => {
    const after = current[name];
    if (after === undefined) return [`${path}.${name} is gone`];
    return schemaProblems(toSchema(before), toSchema(after), `${path}.${name}`);
  });
}

const change = (before: unknown, after: unknown): string =>
  `was ${JSON.stringify(before) ?? 'absent'} and is ${JSON.stringify(after) ?? 'absent'}`;

/** Neither the order of keys nor that of required fields means anything. */
const isEqual = (before: unknown, after: unknown): boolean =>
  JSON.stringify(normalise(before)) === JSON.stringify(normalise(after));

function normalise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalise).toSorted(byText);
  if (!isSchema(value)) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, normalise(inner)]));
}

const byText = (a: unknown, b: unknown): number =>
  (JSON.stringify(a) ?? '') < (JSON.stringify(b) ?? '') ? -1 : 1;

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const toSchema = (value: unknown): JsonSchema => (isSchema(value) ? value : {});

import { z } from 'zod';

type LookupKind = {
  /** The list of the graph that is asked. */
  readonly query: string;
  /** The fields that records are known by; the first when none is named. */
  readonly by: readonly [string, ...string[]];
};

/** What a column may name instead of giving an id. */
export const lookupKinds = {
  customer: { query: 'customers', by: ['code', 'registrationNumber'] },
  person: { query: 'people', by: ['code', 'externalRef'] },
  staff: { query: 'staff', by: ['code'] },
  product: { query: 'products', by: ['code'] },
  order: { query: 'salesOrders', by: ['externalRef', 'number'] },
} as const satisfies Readonly<Record<string, LookupKind>>;

export type LookupEntity = keyof typeof lookupKinds;

/** The name of an entity, or `{ "entity": "customer", "by": "registrationNumber" }`. */
export const lookupSchema = z
  .union([
    z.enum(namesOf(lookupKinds)).transform((entity) => ({ entity, by: undefined })),
    z.strictObject({ entity: z.enum(namesOf(lookupKinds)), by: z.string().optional() }),
  ])
  .transform(({ entity, by }, context) => {
    const known: readonly string[] = lookupKinds[entity].by;
    if (by === undefined) return { entity, by: lookupKinds[entity].by[0] };
    if (!known.includes(by)) {
      context.addIssue(`"by" of a ${entity} is ${known.join(' or ')}`);
    }
    return { entity, by };
  });

export type LookupTarget = z.infer<typeof lookupSchema>;

function namesOf<Kinds extends object>(kinds: Kinds): (keyof Kinds & string)[] {
  return Object.keys(kinds).filter((name): name is keyof Kinds & string => name in kinds);
}

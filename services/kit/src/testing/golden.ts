import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Migration } from '../database/migration.ts';
import { applyEvents } from '../event/apply.ts';
import { createDispatch, type Consumer } from '../event/consumer.ts';
import type { RecordedEvent } from '../event/event.ts';
import { newId } from '../id.ts';
import { createLog } from '../log.ts';
import { kitMigrations } from '../migrations/index.ts';
import { testDatabase } from './database.ts';

const contractSchema = z.object({
  type: z.string(),
  schemaVersion: z.number(),
  visibility: z.enum(['public', 'private', 'snapshot']),
  data: z.record(z.string(), z.unknown()),
});

type Contract = z.infer<typeof contractSchema>;

type Parts = {
  readonly consumers: readonly Consumer[];
  readonly migrations: readonly Migration[];
  /** Where the recorded shapes of events lie. */
  readonly golden: URL;
};

/**
 * What the consumers cannot apply of the events that were ever released and that they listen to, old
 * versions included: these may be replayed from the log at any time.
 */
export async function unappliedGolden({
  consumers,
  migrations,
  golden,
}: Parts): Promise<{ readonly applied: readonly string[]; readonly problems: readonly string[] }> {
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const dispatch = createDispatch(consumers);
  const scope = { db, consumer: 'golden', log: createLog('golden', 'silent') };
  try {
    const applied: string[] = [];
    for (const event of goldenEvents(golden)) {
      const task = dispatch(event);
      if (!task) continue;
      await applyEvents(scope, [task]);
      applied.push(`${event.type}.v${event.schemaVersion}`);
    }
    const letters = await db.query<readonly { type: string; failure: string }[]>(
      'SELECT type, failure FROM deadLetter ORDER BY id',
    );
    return { applied, problems: letters.map(({ type, failure }) => `${type}: ${failure}`) };
  } finally {
    await db.destroy();
  }
}

/** An event of each recorded shape. */
export const goldenEvents = (golden: URL): readonly RecordedEvent[] =>
  readContracts(golden).map(sampleOf);

const readContracts = (golden: URL): readonly Contract[] =>
  readdirSync(golden)
    .toSorted()
    .map((file) => contractSchema.parse(JSON.parse(readFileSync(new URL(file, golden), 'utf8'))));

/** An event of the recorded shape, of an aggregate of its own. */
function sampleOf({ type, schemaVersion, visibility, data }: Contract): RecordedEvent {
  return {
    eventId: newId(),
    type,
    schemaVersion,
    visibility,
    aggregate: type.slice(0, type.indexOf('.')),
    aggregateId: newId(),
    version: 1,
    customerId: newId(),
    actor: null,
    changedFields: [],
    occurredAt: '2026-11-24T08:00:00.000000Z',
    trace: null,
    data: valueOf(schemaOf.parse(data)),
  };
}

type Schema = {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly minimum?: number | undefined;
  readonly minLength?: number | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Schema | undefined;
};

/** A type that may be null too is a list of both. */
const first = (type: string | readonly string[]): string =>
  typeof type === 'string' ? type : (type[0] ?? 'null');

const schemaOf: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z
      .union([z.string(), z.array(z.string())])
      .transform(first)
      .optional(),
    format: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(schemaOf).optional(),
    minimum: z.number().optional(),
    minLength: z.number().optional(),
    properties: z.record(z.string(), schemaOf).optional(),
    required: z.array(z.string()).optional(),
    items: schemaOf.optional(),
  }),
);

/** A value of the shape. Fields that may be left out are left out, as older releases did. */
function valueOf(schema: Schema): unknown {
  if (schema.enum) return schema.enum[0];
  const [either] = schema.anyOf ?? [];
  if (either) return valueOf(either);
  return makers[schema.type ?? 'null']?.(schema) ?? null;
}

const objectOf = ({ properties = {}, required = [] }: Schema): object =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name))
      .map(([name, inner]) => [name, valueOf(inner)]),
  );

const makers: Readonly<Record<string, (schema: Schema) => unknown>> = {
  object: objectOf,
  array: ({ items }) => (items ? [valueOf(items)] : []),
  boolean: () => true,
  integer: ({ minimum }) => Math.max(1, minimum ?? 1),
  number: ({ minimum }) => Math.max(1, minimum ?? 1),
  string: ({ format, minLength = 1 }) => texts[format ?? '']?.() ?? '1'.repeat(minLength),
};

const texts: Readonly<Record<string, () => string>> = {
  uuid: newId,
  date: () => '2026-11-24',
  'date-time': () => '2026-11-24T08:00:00Z',
};

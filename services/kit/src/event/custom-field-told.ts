import type { Work } from '../record/command.ts';
import {
  findCustomFieldPage,
  type CustomField,
  type CustomFields,
  type SavedCustomField,
} from '../record/custom-field.ts';
import type { FieldClass } from '../record/field.ts';
import type { EventType } from './event.ts';
import { record } from './outbox.ts';
import { snapshotEvent, type Snapshot } from './snapshot.ts';

/** What others need to know of a definition to filter, sort and group by its values. */
export type ToldCustomField = Pick<
  CustomField,
  'class' | 'entity' | 'key' | 'labels' | 'type' | 'indexed'
> & { readonly options: string[] };

export const toldDefinition = (field: CustomField): ToldCustomField => ({
  entity: field.entity,
  key: field.key,
  type: field.type,
  labels: field.labels,
  class: field.class,
  indexed: field.indexed || field.unique,
  options: [...field.options],
});

type Types = {
  readonly defined: EventType<ToldCustomField>;
  readonly retired: EventType<ToldCustomField>;
};

/** Tells of a definition that was saved. */
export const customFieldTeller =
  ({ defined, retired }: Types) =>
  ({ manager, viewer }: Work, { field, id, version }: SavedCustomField): Promise<void> =>
    record(manager, {
      type: field.active ? defined : retired,
      aggregateId: id,
      version,
      customerId: null,
      actor: viewer.staffId,
      changedFields: [],
      data: toldDefinition(field),
    });

/** The definitions as they are, retired ones too: records may still hold their values. */
export const customFieldSnapshot = ({ defined, retired }: Types): Snapshot => ({
  name: 'CustomField',
  page: async ({ manager }, afterId, limit) => {
    const saved = await findCustomFieldPage(manager, { afterId, limit });
    const events = saved.map(({ field, id, version }) =>
      snapshotEvent({
        type: field.active ? defined : retired,
        aggregateId: id,
        version,
        occurredAt: new Date(),
        customerId: null,
        data: toldDefinition(field),
      }),
    );
    return { events, lastId: saved.at(-1)?.id ?? null };
  },
});

/** An event holds 64 KiB, and a record may have 500 fields: those that are too much stay untold. */
const bytesMax = 32 * 1024;

type Values = Readonly<Record<string, unknown>> | null;

/** The values of active fields of these classes, the short ones first where not all have room. */
export function toldValues(
  values: Values,
  fields: CustomFields,
  classes: readonly FieldClass[],
): Record<string, unknown> {
  const sized = Object.entries(values ?? {})
    .filter(([key]) => {
      const field = fields.get(key);
      return field?.active === true && classes.includes(field.class);
    })
    .map((entry) => ({ entry, bytes: Buffer.byteLength(JSON.stringify(entry)) }))
    .toSorted((one, other) => one.bytes - other.bytes);
  let room = bytesMax;
  return Object.fromEntries(
    sized.filter(({ bytes }) => (room -= bytes) >= 0).map(({ entry }) => entry),
  );
}

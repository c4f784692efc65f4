import { onMany } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes } from '@crm/kit/id';
import {
  CustomFieldDefined,
  CustomFieldRetired,
  type CustomFieldData,
} from '@crm/schemas/events/custom-field';
import type { EntityManager } from 'typeorm';
import { CustomerEntity } from './customer.fields.ts';

/** Keeps the definitions of the fields whose values are kept here; the job of indexes does the rest. */
async function saveDefinitions(
  manager: EntityManager,
  events: readonly RecordedEvent<CustomFieldData>[],
): Promise<void> {
  const told = events.filter(({ data }) => data.entity === CustomerEntity.name);
  const newest = new Map(
    told
      .toSorted((one, other) => one.version - other.version)
      .map((event) => [event.aggregateId, event]),
  );
  if (newest.size === 0) return;
  await manager.query(
    `INSERT INTO customField (id, entity, \`key\`, version, type, labels, class, required,
       \`unique\`, indexed, options, active, indexState) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE labels = IF(${isNewer}, fresh.labels, customField.labels),
       class = IF(${isNewer}, fresh.class, customField.class),
       options = IF(${isNewer}, fresh.options, customField.options),
       indexState = IF(${isNewer}, ${nextState}, customField.indexState),
       indexed = IF(${isNewer}, fresh.indexed, customField.indexed),
       active = IF(${isNewer}, fresh.active, customField.active),
       version = GREATEST(customField.version, fresh.version)`,
    [[...newest.values()].map(rowOf)],
  );
}

const isNewer = 'fresh.version > customField.version';

/** An index that is wanted is made, and what is there is taken away, as where the field is defined. */
const nextState = `CASE
  WHEN fresh.indexState = 'BUILDING' AND customField.indexState <> 'READY' THEN 'BUILDING'
  WHEN fresh.indexState = 'NONE' AND customField.indexState <> 'NONE' THEN 'REMOVING'
  ELSE customField.indexState END`;

/** Values are as unique and complete as their owner has made them. */
const rowOf = ({ aggregateId, version, type, data }: RecordedEvent<CustomFieldData>): unknown[] => {
  const isActive = type === CustomFieldDefined.type;
  const isIndexed = isActive && data.indexed;
  return [
    idToBytes(aggregateId),
    data.entity,
    data.key,
    version,
    data.type,
    JSON.stringify(data.labels),
    data.class,
    false,
    false,
    isIndexed,
    JSON.stringify(data.options),
    isActive,
    isIndexed ? 'BUILDING' : 'NONE',
  ];
};

export const customFieldConsumer = onMany(
  [CustomFieldDefined, CustomFieldRetired],
  saveDefinitions,
);

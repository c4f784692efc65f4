import type { EntityManager } from 'typeorm';
import { onMany, type Consumer } from '../event/consumer.ts';
import type { EventType, RecordedEvent } from '../event/event.ts';
import type { VocabularyTerm } from '../record/vocabulary.ts';

/** Keeps the terms of another service, by which this one says what values are called. */
export const vocabularyConsumer = (saved: EventType<VocabularyTerm>): Consumer =>
  onMany(saved, saveTerms);

async function saveTerms(
  manager: EntityManager,
  events: readonly RecordedEvent<VocabularyTerm>[],
): Promise<void> {
  const rows = events
    .toSorted((one, other) => one.version - other.version)
    .map(({ version, data: { vocabulary, code, labels, parent, order, active } }) => [
      vocabulary,
      code,
      JSON.stringify(labels),
      parent,
      order,
      active,
      version,
    ]);
  const isNewer = 'fresh.version >= vocabularyTerm.version';
  const set = ['labels', 'parent', 'sortOrder', 'active'].map(
    (column) => `${column} = IF(${isNewer}, fresh.${column}, vocabularyTerm.${column})`,
  );
  await manager.query(
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, parent, sortOrder, active, version)
     VALUES ? AS fresh ON DUPLICATE KEY UPDATE ${set.join(', ')},
       version = GREATEST(vocabularyTerm.version, fresh.version)`,
    [rows],
  );
}

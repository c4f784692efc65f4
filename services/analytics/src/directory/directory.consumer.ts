import { onMany } from '@crm/kit/event/consumer';
import type { Entity } from '@crm/kit/record/entity';
import type { RecordedEvent } from '@crm/kit/event/event';
import {
  CompetitorCreated,
  CompetitorDeleted,
  CompetitorMerged,
  CompetitorRestored,
  CompetitorUpdated,
} from '@crm/schemas/events/competitor';
import { StaffUpserted, TeamChanged } from '@crm/schemas/events/directory';
import { ProductUpserted } from '@crm/schemas/events/product';
import type { EntityManager } from 'typeorm';
import { saveStates } from '@crm/kit/projection/state';
import { markDirty } from '../run/dirty.repository.ts';
import {
  CompetitorEntity,
  ProductEntity,
  StaffMemberEntity,
  TeamEntity,
} from './directory.fields.ts';

type Events = readonly RecordedEvent<object>[];

const ends: readonly string[] = [CompetitorDeleted.type, CompetitorMerged.type];

const save =
  (entity: Entity) =>
  (manager: EntityManager, events: Events): Promise<void> =>
    saveStates(
      manager,
      entity,
      events.map((event) => ({
        event,
        values: 'name' in event.data ? event.data : null,
        isEnded: ends.includes(event.type),
      })),
    );

async function saveCompetitors(manager: EntityManager, events: Events): Promise<void> {
  await save(CompetitorEntity)(manager, events);
  await markDirty(
    manager,
    events.map(({ aggregateId }) => ({
      subjectType: 'COMPETITOR' as const,
      subjectId: aggregateId,
      fact: 'SUBJECT',
    })),
  );
}

/** Keeps the names behind the ids that facts hold. */
export const directoryConsumers = [
  onMany(StaffUpserted, save(StaffMemberEntity)),
  onMany(TeamChanged, save(TeamEntity)),
  onMany(ProductUpserted, save(ProductEntity)),
  onMany<object>(
    [CompetitorCreated, CompetitorUpdated, CompetitorRestored, CompetitorMerged, CompetitorDeleted],
    saveCompetitors,
  ),
];

import { onMany } from '@crm/kit/event/consumer';
import type { Entity } from '@crm/kit/record/entity';
import type { RecordedEvent } from '@crm/kit/event/event';
import {
  CompetitorCreated,
  CompetitorDeleted,
  CompetitorRestored,
  CompetitorUpdated,
} from '@crm/schemas/events/competitor';
import { StaffUpserted, TeamChanged } from '@crm/schemas/events/directory';
import { ProductUpserted } from '@crm/schemas/events/product';
import type { EntityManager } from 'typeorm';
import { saveStates } from '@crm/kit/projection/state';
import {
  CompetitorEntity,
  ProductEntity,
  StaffMemberEntity,
  TeamEntity,
} from './directory.fields.ts';

const save =
  (entity: Entity) =>
  (manager: EntityManager, events: readonly RecordedEvent<object>[]): Promise<void> =>
    saveStates(
      manager,
      entity,
      events.map((event) => ({
        event,
        values: 'name' in event.data ? event.data : null,
        isEnded: event.type === CompetitorDeleted.type,
      })),
    );

/** Keeps the names behind the ids that facts hold. */
export const directoryConsumers = [
  onMany(StaffUpserted, save(StaffMemberEntity)),
  onMany(TeamChanged, save(TeamEntity)),
  onMany(ProductUpserted, save(ProductEntity)),
  onMany<object>(
    [CompetitorCreated, CompetitorUpdated, CompetitorRestored, CompetitorDeleted],
    save(CompetitorEntity),
  ),
];

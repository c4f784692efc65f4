import { onMany, type Consumer } from '@crm/kit/event/consumer';
import { saveCustomerAccess } from '@crm/kit/projection/customer-access';
import { mergedCustomerConsumer } from '@crm/kit/projection/merged-customer';
import { shareGrantConsumers } from '@crm/kit/projection/share-grant';
import { AccessGranted, AccessRevoked } from '@crm/schemas/events/access';
import { staffDirectoryConsumer } from '@crm/kit/projection/staff-directory';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerMerged,
  CustomerRestored,
  CustomerUnmerged,
  CustomerUpdated,
} from '@crm/schemas/events/customer';
import { StaffUpserted } from '@crm/schemas/events/directory';
import { CreditParticularsChanged } from '@crm/schemas/events/credit';
import {
  EvaluationChanged,
  EvaluationFiguresChanged,
  type EvaluationChangedData,
  type EvaluationFiguresData,
} from '@crm/schemas/events/evaluation';
import {
  InteractionAmended,
  InteractionLogged,
  InteractionRemoved,
  type InteractionData,
} from '@crm/schemas/events/interaction';
import {
  OrderAmended,
  OrderCancelled,
  OrderRecorded,
  type OrderData,
} from '@crm/schemas/events/order';
import {
  ReceivableCancelled,
  ReceivableChanged,
  ReceivableOpened,
  ReceivableSettled,
  type ReceivableData,
} from '@crm/schemas/events/receivable';
import { markPeopleAt } from '../person/person.repository.ts';
import { owes, usedPercent } from './credit.ts';
import { saveGradeFalls } from './grade-fall.repository.ts';
import { saveFacts, savePulses } from './pulse.repository.ts';

const isInteraction = (data: object): data is InteractionData => 'occurredAt' in data;

export const pulseConsumers: readonly Consumer[] = [
  onMany<object>(
    [
      CustomerCreated,
      CustomerUpdated,
      CustomerRestored,
      CustomerUnmerged,
      CustomerDeleted,
      CustomerMerged,
    ],
    async (manager, events) => {
      await saveCustomerAccess(manager, events);
      await savePulses(manager, events);
      await markPeopleAt(
        manager,
        events.map(({ aggregateId }) => aggregateId),
      );
    },
  ),
  onMany<OrderData>([OrderRecorded, OrderAmended, OrderCancelled], (manager, events) =>
    saveFacts(manager, {
      table: 'customerOrder',
      facts: events.map(({ aggregateId, customerId, data }) => ({
        id: aggregateId,
        customerId,
        value: data.status === 'CANCELLED' ? null : data.orderedOn,
      })),
    }),
  ),
  onMany<object>([InteractionLogged, InteractionAmended, InteractionRemoved], (manager, events) =>
    saveFacts(manager, {
      table: 'customerInteraction',
      facts: events.map(({ aggregateId, data }) => ({
        id: aggregateId,
        ...(isInteraction(data)
          ? { customerId: data.customerId, value: new Date(data.occurredAt) }
          : { customerId: null, value: null }),
      })),
    }),
  ),
  onMany<ReceivableData>(
    [ReceivableOpened, ReceivableChanged, ReceivableSettled, ReceivableCancelled],
    (manager, events) =>
      saveFacts(manager, {
        table: 'customerReceivable',
        facts: events.map(({ aggregateId, customerId, type, data }) => ({
          id: aggregateId,
          customerId,
          value: type !== ReceivableCancelled.type && owes(data) ? data.dueOn : null,
        })),
      }),
  ),
  onMany(CreditParticularsChanged, (manager, events) =>
    saveFacts(manager, {
      table: 'customerCredit',
      facts: events.map(({ aggregateId, customerId, data }) => ({
        id: aggregateId,
        customerId,
        value: usedPercent(data),
      })),
    }),
  ),
  onMany<EvaluationChangedData | EvaluationFiguresData>(
    [EvaluationChanged, EvaluationFiguresChanged],
    saveGradeFalls,
  ),
  // Alerts stay with the customer that they were opened for; its id shows the survivor.
  mergedCustomerConsumer({ merged: CustomerMerged, unmerged: CustomerUnmerged, references: [] }),
  staffDirectoryConsumer(StaffUpserted),
  ...shareGrantConsumers({ granted: AccessGranted, revoked: AccessRevoked }),
];

import { onMany, type Consumer } from '@crm/kit/event/consumer';
import { idToBytes } from '@crm/kit/id';
import {
  CustomerRelationChanged,
  CustomerRelationEnded,
  CustomerRelationEstablished,
  CustomerRelationRemoved,
  type CustomerRelationData,
} from '@crm/schemas/events/customer-relation';

/** Keeps which distributors supply which end users. */
export const supplyConsumer: Consumer = onMany<CustomerRelationData>(
  [
    CustomerRelationEstablished,
    CustomerRelationChanged,
    CustomerRelationEnded,
    CustomerRelationRemoved,
  ],
  async (manager, events) => {
    const latest = [...new Map(events.map((event) => [event.aggregateId, event])).values()];
    await manager.query('DELETE FROM supply WHERE id IN (?)', [
      latest.map(({ aggregateId }) => idToBytes(aggregateId)),
    ]);
    const rows = latest.flatMap(({ aggregateId, type, data }) =>
      type === CustomerRelationRemoved.type || !isSupply(data)
        ? []
        : [
            [
              idToBytes(aggregateId),
              idToBytes(data.fromId),
              idToBytes(data.toId),
              data.validFrom,
              data.validTo,
            ],
          ],
    );
    if (rows.length === 0) return;
    await manager.query(
      'INSERT INTO supply (id, distributorId, endUserId, validFrom, validTo) VALUES ?',
      [rows],
    );
  },
);

const isSupply = ({ type, fromKind, toKind }: CustomerRelationData): boolean =>
  type === 'SUPPLIES' && fromKind === 'CUSTOMER' && toKind === 'CUSTOMER';

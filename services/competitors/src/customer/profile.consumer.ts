import { onMany, type Consumer } from '@crm/kit/event/consumer';
import { idToBytes } from '@crm/kit/id';
import { latestOf } from '@crm/kit/projection/latest';
import {
  CustomerCreated,
  CustomerRestored,
  CustomerUnmerged,
  CustomerUpdated,
  type CustomerData,
} from '@crm/schemas/events/customer';

const isCustomer = (data: object): data is CustomerData => 'lifecycleStage' in data;

/** Keeps what segments of customers are told apart by. Whether one is there is known elsewhere. */
export const profileConsumer: Consumer = onMany<object>(
  [CustomerCreated, CustomerUpdated, CustomerRestored, CustomerUnmerged],
  async (manager, events) => {
    const rows = latestOf(events, isCustomer).flatMap(({ id, state }) =>
      state === null
        ? []
        : [
            [
              idToBytes(id),
              state.industry,
              state.level,
              state.lifecycleStage,
              state.province,
              state.city,
              state.channelRole,
            ],
          ],
    );
    if (rows.length === 0) return;
    await manager.query(
      `INSERT INTO customerProfile (id, industry, level, lifecycleStage, province, city, channelRole)
       VALUES ? AS fresh ON DUPLICATE KEY UPDATE industry = fresh.industry, level = fresh.level,
         lifecycleStage = fresh.lifecycleStage, province = fresh.province, city = fresh.city,
         channelRole = fresh.channelRole`,
      [rows],
    );
  },
);

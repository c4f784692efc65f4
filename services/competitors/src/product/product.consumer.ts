import { on, type Consumer } from '@crm/kit/event/consumer';
import { ProductUpserted } from '@crm/schemas/events/product';
import { knowProduct } from './product.repository.ts';

export const productConsumers: readonly Consumer[] = [
  on(ProductUpserted, (manager, { aggregateId }) => knowProduct(manager, aggregateId)),
];

import type { Consumer } from '@crm/kit/event/consumer';
import { productConsumers } from './product/product.consumer.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [...productConsumers];

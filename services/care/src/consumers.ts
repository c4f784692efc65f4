import type { Consumer } from '@crm/kit/event/consumer';
import { pulseConsumers } from './pulse/pulse.consumer.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [...pulseConsumers];

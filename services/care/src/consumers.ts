import type { Consumer } from '@crm/kit/event/consumer';
import type { Projection } from '@crm/kit/event/rebuild';
import { personConsumers } from './person/person.consumer.ts';
import { segmentConsumer } from './plan/segment.consumer.ts';
import { pulseConsumers } from './pulse/pulse.consumer.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  ...pulseConsumers,
  ...personConsumers,
  segmentConsumer,
];

/**
 * All that this service keeps of others and can make anew: not merges, grants, promotions and
 * grades that fell, which no snapshot tells.
 */
export const projection: Projection = {
  service: 'care',
  consumers,
  tables: [
    'customerAccess',
    'staffMember',
    'customerPulse',
    'customerOrder',
    'customerInteraction',
    'customerReceivable',
    'customerCredit',
    'personPulse',
    'affiliation',
    'personPreference',
    'consentDecision',
    'kinship',
    'segmentMember',
  ],
};

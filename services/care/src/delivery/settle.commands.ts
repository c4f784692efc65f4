import type { Work } from '@crm/kit/record/command';
import type { Delivery } from './delivery.fields.ts';
import { moveDeliveries, type Move } from './delivery.repository.ts';

/** Takes deliveries a step on, and their tasks with them. */
export const settle = (work: Work, moves: readonly Move[]): Promise<Delivery[]> =>
  moveDeliveries(work, moves);

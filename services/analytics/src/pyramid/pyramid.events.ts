import type { NewEvent } from '@crm/kit/event/event';
import { idFromBytes } from '@crm/kit/id';
import { PyramidTierChanged } from '@crm/schemas/events/pyramid';
import { pairId } from '../pair-id.ts';
import { isOpen } from '../strictness.ts';
import type { Move } from './placement.ts';
import type { PyramidDefinition, PyramidSnapshot } from './pyramid.fields.ts';

/** Whoever hears of events need not have the right to read what a careful pyramid is made of. */
export const movesOf = (
  { id, code, class: fieldClass }: PyramidDefinition,
  { asOf }: PyramidSnapshot,
  moves: readonly Move[],
): NewEvent[] =>
  isOpen(fieldClass)
    ? moves.map((move) => {
        const subjectId = idFromBytes(move.id);
        return {
          type: PyramidTierChanged,
          aggregateId: pairId(id, subjectId),
          version: move.version,
          customerId: subjectId,
          actor: null,
          changedFields: ['tier'],
          data: {
            definition: code,
            subjectType: 'CUSTOMER',
            subjectId,
            from: move.from,
            to: move.to,
            asOf,
          },
        };
      })
    : [];

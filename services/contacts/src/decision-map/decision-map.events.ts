import { publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import { DecisionMapChanged } from '@crm/schemas/events/decision-map';
import type { DecisionMap } from './decision-map.fields.ts';

export const decisionMapsMoved = (
  work: Work,
  changes: readonly Change<DecisionMap>[],
): Promise<void> =>
  decisionMapsChanged(
    work,
    changes.map(({ after }) => after),
  );

/** Its nodes are read from the map: who decides is nothing for everybody who listens. */
export const decisionMapsChanged = (work: Work, maps: readonly DecisionMap[]): Promise<void> =>
  publishRows(work, {
    type: DecisionMapChanged,
    rows: maps,
    customerId: (map) => map.customerId,
    data: ({ customerId, opportunityId, name }) => ({ customerId, opportunityId, name }),
  });

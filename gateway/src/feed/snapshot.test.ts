import { describe, expect, test } from '@jest/globals';
import { entityOfKind } from '@crm/schemas/changes/change';
import { conditionFor } from './snapshot.ts';

const nobody = { customerIds: null, ownerIds: null };

describe('A snapshot', () => {
  test('holds the alerts that are not done with, of whomever', () => {
    const alert = entityOfKind('ALERT');
    if (!alert) throw new Error('unreachable');
    const isOpen = { state: { in: ['OPEN', 'ACKNOWLEDGED', 'SNOOZED'] } };
    expect(conditionFor(alert, nobody)).toEqual(isOpen);
    expect(conditionFor(alert, { customerIds: ['c'], ownerIds: ['s'] })).toEqual({
      ...isOpen,
      customerId: { in: ['c'] },
      assigneeId: { in: ['s'] },
    });
  });

  test('holds every record of other kinds', () => {
    const task = entityOfKind('CARE_TASK');
    expect(task && conditionFor(task, nobody)).toBeNull();
  });
});

import { describe, expect, test } from '@jest/globals';
import { AppError } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import type { Role, Viewer } from '@crm/kit/viewer';
import { systemViewer } from '@crm/kit/viewer';
import { audienceMax, requireReach } from './approval.ts';

const [staffId, mine, below, other] = [newId(), newId(), newId(), newId()];
const viewer = (role: Role): Viewer => ({
  ...systemViewer('test'),
  roles: [role],
  staffId,
  teamIds: [mine, below],
});

function isRefused(take: () => void): boolean {
  try {
    take();
    return false;
  } catch (error) {
    return error instanceof AppError && error.extensions.code === 'FORBIDDEN';
  }
}

describe('approval', () => {
  test('of none is needed for 1,000 people, and one holds for twice the people of then', () => {
    expect(audienceMax({ approvedById: null, audienceSize: 5000 })).toBe(1000);
    expect(audienceMax({ approvedById: staffId, audienceSize: 1200 })).toBe(2400);
  });

  test.each([
    ['all, by an administrator', 'admin', null, null, true],
    ['all, by a manager', 'manager', null, null, false],
    ['a team below, by its manager', 'manager', { staffId: newId(), teamIds: [below] }, mine, true],
    ['another team, by a manager', 'manager', { staffId: newId(), teamIds: [other] }, mine, false],
    [
      'a rep of the team, by its manager',
      'manager',
      { staffId: newId(), teamIds: [] },
      below,
      true,
    ],
    ['a rep of another team', 'manager', { staffId: newId(), teamIds: [] }, other, false],
    ['another rep, by a rep', 'rep', { staffId: newId(), teamIds: [] }, mine, false],
  ] as const)('of what reaches %s', (_, role, reach, team, isTaken) => {
    expect(isRefused(() => requireReach(viewer(role), reach, team))).toBe(!isTaken);
  });
});

import { describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { Role } from '@crm/kit/viewer';
import { changeOf } from '@crm/schemas/changes/change';
import { lookAt } from './rights.ts';

/** Their customer is one that everybody sees. */
const everythingIsSeen = async ({ body }: { readonly body: string }) => ({
  data: {
    _entities: JSON.parse(body).variables.representations.map(() => ({ __typename: 'Customer' })),
  },
  errors: [],
  consistency: null,
  withheld: [],
});

async function sightOf(type: string, role: Role): Promise<string> {
  const change = changeOf(
    {
      eventId: newId(),
      type,
      schemaVersion: 1,
      visibility: 'public',
      aggregate: type.slice(0, type.indexOf('.')),
      aggregateId: newId(),
      version: 1,
      customerId: newId(),
      actor: null,
      changedFields: [],
      occurredAt: '2026-11-25T00:00:00Z',
      trace: null,
      data: {},
    },
    1,
  );
  if (!change) throw new Error(`${type} is not told of`);
  const viewer = { subject: 's', staffId: newId(), teamIds: [], roles: [role], purpose: null };
  const look = await lookAt([change], viewer, everythingIsSeen);
  return look(change);
}

describe('A change of the own business of a company', () => {
  test.each(['alert.opened', 'caretask.deleted'])('is told to no partner: %s', async (type) => {
    expect(await sightOf(type, 'partner')).toBe('hidden');
    expect(await sightOf(type, 'rep')).toBe('seen');
  });

  test('is no matter to what is shared', async () => {
    expect(await sightOf('order.recorded', 'partner')).toBe('seen');
  });
});

import { describe, expect, test } from '@jest/globals';
import { createConsistency } from './consistency.ts';

const source = { token: null, node: 'source', staleMs: 0 } as const;

describe('what the client is told of the state it sees', () => {
  test('is nothing when no subgraph was asked', () => {
    expect(createConsistency(undefined).shown()).toBeNull();
  });

  test('is as old as the oldest answer of each service', () => {
    const consistency = createConsistency(undefined);
    consistency.note('customers', source);
    consistency.note('customers', { token: null, node: 'standby', staleMs: 120 });
    consistency.note('customers', { token: null, node: 'standby', staleMs: 80 });
    consistency.note('care', source);

    expect(consistency.shown()).toEqual({
      token: null,
      services: {
        customers: { node: 'standby', staleMs: 120 },
        care: { node: 'source', staleMs: 0 },
      },
    });
  });

  test('is of unknown age once one answer does not know it', () => {
    const consistency = createConsistency(undefined);
    consistency.note('customers', { token: null, node: 'standby', staleMs: null });
    consistency.note('customers', source);

    expect(consistency.shown()?.services).toEqual({
      customers: { node: 'standby', staleMs: null },
    });
  });

  test('carries each service its own token, also to another instance', () => {
    const first = createConsistency(undefined);
    first.note('customers', { ...source, token: 'c1' });
    first.note('care', { ...source, token: 'k1' });
    first.note('customers', { ...source, token: 'c2' });

    const second = createConsistency(first.shown()?.token ?? undefined);

    expect([second.of('customers'), second.of('care'), second.of('contacts')]).toEqual([
      'c2',
      'k1',
      null,
    ]);
  });
});

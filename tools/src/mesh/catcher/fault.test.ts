import { describe, expect, test } from '@jest/globals';
import { createFaults, faultSchema } from './fault.ts';

describe('a fault', () => {
  test('meets as many messages as it says and no more', () => {
    const faults = createFaults();
    faults.set(faultSchema.parse({ mode: 'refuse', times: 2 }));

    const met = [faults.next(), faults.next(), faults.next()].map(({ mode }) => mode);

    expect(met).toEqual(['refuse', 'refuse', 'none']);
  });

  test('without a number stays until it is changed', () => {
    const faults = createFaults();
    faults.set(faultSchema.parse({ mode: 'drop' }));
    faults.next();

    expect(faults.next().mode).toBe('drop');
    faults.set(faultSchema.parse({ mode: 'none' }));
    expect(faults.next().mode).toBe('none');
  });
});

import { describe, expect, test } from '@jest/globals';
import { contactPointFor, needsContactPoint, type ContactPoint } from './contact-point.ts';

const point = (kind: ContactPoint['kind'], value: string, isPreferred = false): ContactPoint => ({
  kind,
  value,
  label: null,
  isPreferred,
});

describe('contactPointFor', () => {
  const points = [
    point('OFFICE_PHONE', '021-1'),
    point('MOBILE', '139-1'),
    point('MOBILE', '139-2', true),
    point('EMAIL', 'a@b.cn'),
  ];

  test('takes what is preferred of a kind', () => {
    expect(contactPointFor(points, 'SMS')?.value).toBe('139-2');
  });

  test('tries kinds in their order', () => {
    expect(contactPointFor(points, 'PHONE')?.value).toBe('139-2');
    expect(contactPointFor(points.slice(0, 1), 'PHONE')?.value).toBe('021-1');
  });

  test('never sends an SMS to a landline', () => {
    expect(contactPointFor(points.slice(0, 1), 'SMS')).toBeNull();
  });

  test('knows nobody without any', () => {
    expect(contactPointFor(null, 'EMAIL')).toBeNull();
  });
});

test('a letter and a visit need no contact point', () => {
  const needing = (['PHONE', 'SMS', 'EMAIL', 'IM', 'LETTER', 'VISIT'] as const).filter(
    needsContactPoint,
  );
  expect(needing).toEqual(['PHONE', 'SMS', 'EMAIL', 'IM']);
});

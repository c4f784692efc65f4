import { describe, expect, test } from '@jest/globals';
import { emptyRow } from '@crm/kit/record/entity';
import { ConsentEntity, type Consent } from './consent.fields.ts';
import { consentProblems, permissionFor, standing } from './consent.ts';

let made = 0;

const consent = (values: Partial<Consent> = {}): Consent => ({
  ...emptyRow(ConsentEntity),
  id: String((made += 1)).padStart(4, '0'),
  personId: 'p',
  purpose: 'CARE',
  channel: null,
  status: 'GRANTED',
  lawfulBasis: 'CONSENT',
  at: new Date('2026-05-01T00:00:00Z'),
  ...values,
});

const later = new Date('2026-06-01T00:00:00Z');

describe('whether a person may be addressed by SMS for care', () => {
  const wanted = { purpose: 'CARE', channel: 'SMS' } as const;

  test.each([
    ['nothing was decided', [], 'NO_CONSENT'],
    ['it was granted for all channels', [consent()], 'ALLOWED'],
    ['it was granted for SMS', [consent({ channel: 'SMS' })], 'ALLOWED'],
    ['it was granted for another channel', [consent({ channel: 'EMAIL' })], 'NO_CONSENT'],
    ['it was granted for another purpose', [consent({ purpose: 'SURVEY' })], 'NO_CONSENT'],
    [
      'SMS was refused later',
      [consent(), consent({ channel: 'SMS', status: 'REFUSED', at: later })],
      'REFUSED',
    ],
    [
      'all was withdrawn later',
      [consent({ channel: 'SMS' }), consent({ status: 'WITHDRAWN', at: later })],
      'WITHDRAWN',
    ],
    [
      'it was granted again after all was withdrawn',
      [consent({ status: 'WITHDRAWN' }), consent({ channel: 'SMS', at: later })],
      'ALLOWED',
    ],
    [
      'of two decisions of one moment the second',
      [consent(), consent({ status: 'REFUSED' })],
      'REFUSED',
    ],
  ])('when %s', (_, state, reason) => {
    const permission = permissionFor(null, state, wanted);
    expect(permission).toMatchObject({ reason, isAllowed: reason === 'ALLOWED' });
  });

  test('never when the person refuses the channel as such', () => {
    const permission = permissionFor({ doNotContact: ['SMS'] }, [consent()], wanted);
    expect(permission).toMatchObject({ isAllowed: false, reason: 'DO_NOT_CONTACT' });
  });
});

test('a later decision for all channels takes the place of those for one', () => {
  const [sms, email] = [consent({ channel: 'SMS' }), consent({ channel: 'EMAIL', at: later })];
  const all = consent({ status: 'WITHDRAWN', at: new Date('2026-05-15T00:00:00Z') });
  expect(standing([sms, email, all])).toEqual([email, all]);
});

test.each([
  [{ at: new Date('2026-11-30T00:00:00Z') }, 'at'],
  [{ reviewOn: '2026-04-30' }, 'reviewOn'],
  [{ purpose: 'MINOR_DATA', guardianId: null, guardianName: null }, 'guardianId'],
  [{ guardianId: 'p' }, 'guardianId'],
  [{ purpose: 'MINOR_DATA', guardianId: 'q', lawfulBasis: 'CONTRACT' }, 'lawfulBasis'],
] as const)('refuses %j', (values, path) => {
  const now = new Date('2026-11-29T00:00:00Z');
  expect(consentProblems(consent(values), now)).toMatchObject([{ path }]);
});

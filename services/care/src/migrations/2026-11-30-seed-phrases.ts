import { migration } from '@crm/kit/database/migration';
import { phrases } from './phrase-seed.ts';

const text = (value: string | null): string =>
  value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

const idOf = (at: number): string =>
  `019dcf0a0000700080000000000001${at.toString(16).padStart(2, '0')}`;

const rows = phrases
  .flatMap(({ code, zh, en, ...rest }) => [
    { ...rest, code: `${code}_zh`, locale: 'ZH_CN', text: zh },
    { ...rest, code: `${code}_en`, locale: 'EN', text: en },
  ])
  .map(
    ({ code, kind, occasion, locale, tone, text: words }, at) =>
      `(UNHEX('${idOf(at)}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), '${code}', '${kind}',
        ${text(occasion)}, '${locale}', '${tone}', ${text(words)}, ${at}, 1)`,
  );

export const seedPhrases = migration('SeedPhrases_1796070010000', {
  up: [
    `INSERT INTO phrasePreset (id, version, createdAt, updatedAt, code, kind, occasionCode, locale,
      tone, text, sortOrder, active)
     VALUES ${rows.join(', ')}`,
  ],
  down: ['DELETE FROM phrasePreset'],
});

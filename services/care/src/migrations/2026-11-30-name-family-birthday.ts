import { migration } from '@crm/kit/database/migration';

/** Phrases name the occasion as the occasions do. */
export const nameFamilyBirthday = migration('NameFamilyBirthday_1796070030000', {
  up: ["UPDATE phrasePreset SET occasionCode = 'family_birthday' WHERE occasionCode = 'family'"],
  down: ["UPDATE phrasePreset SET occasionCode = 'family' WHERE occasionCode = 'family_birthday'"],
});

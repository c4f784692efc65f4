import { isSeenFromFrom } from '@crm/kit/record/relation';
import type { Person } from '../person/person.fields.ts';
import type { SeenRelationship } from './relationship.fields.ts';

type Kinship = readonly [ofMan: string, ofWoman: string];

/** What somebody is to a relative who is called so: 侄子 or 侄女 to a 伯父. */
const inverses: Readonly<Record<string, Kinship>> = {
  HUSBAND: ['HUSBAND', 'WIFE'],
  WIFE: ['HUSBAND', 'WIFE'],
  FATHER: ['SON', 'DAUGHTER'],
  MOTHER: ['SON', 'DAUGHTER'],
  SON: ['FATHER', 'MOTHER'],
  DAUGHTER: ['FATHER', 'MOTHER'],
  ELDER_BROTHER: ['YOUNGER_BROTHER', 'YOUNGER_SISTER'],
  ELDER_SISTER: ['YOUNGER_BROTHER', 'YOUNGER_SISTER'],
  YOUNGER_BROTHER: ['ELDER_BROTHER', 'ELDER_SISTER'],
  YOUNGER_SISTER: ['ELDER_BROTHER', 'ELDER_SISTER'],
  PATERNAL_GRANDFATHER: ['SONS_SON', 'SONS_DAUGHTER'],
  PATERNAL_GRANDMOTHER: ['SONS_SON', 'SONS_DAUGHTER'],
  MATERNAL_GRANDFATHER: ['DAUGHTERS_SON', 'DAUGHTERS_DAUGHTER'],
  MATERNAL_GRANDMOTHER: ['DAUGHTERS_SON', 'DAUGHTERS_DAUGHTER'],
  SONS_SON: ['PATERNAL_GRANDFATHER', 'PATERNAL_GRANDMOTHER'],
  SONS_DAUGHTER: ['PATERNAL_GRANDFATHER', 'PATERNAL_GRANDMOTHER'],
  DAUGHTERS_SON: ['MATERNAL_GRANDFATHER', 'MATERNAL_GRANDMOTHER'],
  DAUGHTERS_DAUGHTER: ['MATERNAL_GRANDFATHER', 'MATERNAL_GRANDMOTHER'],
  FATHERS_ELDER_BROTHER: ['BROTHERS_SON', 'BROTHERS_DAUGHTER'],
  FATHERS_YOUNGER_BROTHER: ['BROTHERS_SON', 'BROTHERS_DAUGHTER'],
  FATHERS_ELDER_BROTHERS_WIFE: ['BROTHERS_SON', 'BROTHERS_DAUGHTER'],
  FATHERS_YOUNGER_BROTHERS_WIFE: ['BROTHERS_SON', 'BROTHERS_DAUGHTER'],
  FATHERS_SISTER: ['BROTHERS_SON', 'BROTHERS_DAUGHTER'],
  FATHERS_SISTERS_HUSBAND: ['BROTHERS_SON', 'BROTHERS_DAUGHTER'],
  MOTHERS_BROTHER: ['SISTERS_SON', 'SISTERS_DAUGHTER'],
  MOTHERS_BROTHERS_WIFE: ['SISTERS_SON', 'SISTERS_DAUGHTER'],
  MOTHERS_SISTER: ['SISTERS_SON', 'SISTERS_DAUGHTER'],
  MOTHERS_SISTERS_HUSBAND: ['SISTERS_SON', 'SISTERS_DAUGHTER'],
  PATERNAL_ELDER_MALE_COUSIN: ['PATERNAL_YOUNGER_MALE_COUSIN', 'PATERNAL_YOUNGER_FEMALE_COUSIN'],
  PATERNAL_ELDER_FEMALE_COUSIN: ['PATERNAL_YOUNGER_MALE_COUSIN', 'PATERNAL_YOUNGER_FEMALE_COUSIN'],
  PATERNAL_YOUNGER_MALE_COUSIN: ['PATERNAL_ELDER_MALE_COUSIN', 'PATERNAL_ELDER_FEMALE_COUSIN'],
  PATERNAL_YOUNGER_FEMALE_COUSIN: ['PATERNAL_ELDER_MALE_COUSIN', 'PATERNAL_ELDER_FEMALE_COUSIN'],
  ELDER_MALE_COUSIN: ['YOUNGER_MALE_COUSIN', 'YOUNGER_FEMALE_COUSIN'],
  ELDER_FEMALE_COUSIN: ['YOUNGER_MALE_COUSIN', 'YOUNGER_FEMALE_COUSIN'],
  YOUNGER_MALE_COUSIN: ['ELDER_MALE_COUSIN', 'ELDER_FEMALE_COUSIN'],
  YOUNGER_FEMALE_COUSIN: ['ELDER_MALE_COUSIN', 'ELDER_FEMALE_COUSIN'],
  HUSBANDS_FATHER: ['SON_IN_LAW', 'DAUGHTER_IN_LAW'],
  HUSBANDS_MOTHER: ['SON_IN_LAW', 'DAUGHTER_IN_LAW'],
  WIFES_FATHER: ['SON_IN_LAW', 'DAUGHTER_IN_LAW'],
  WIFES_MOTHER: ['SON_IN_LAW', 'DAUGHTER_IN_LAW'],
  SON_IN_LAW: ['WIFES_FATHER', 'WIFES_MOTHER'],
  DAUGHTER_IN_LAW: ['HUSBANDS_FATHER', 'HUSBANDS_MOTHER'],
  CO_PARENT_IN_LAW: ['CO_PARENT_IN_LAW', 'CO_PARENT_IN_LAW'],
  GODPARENT: ['GODPARENT', 'GODPARENT'],
};

/**
 * What the other one is called by the person from whom the relationship was reached. From the side
 * that is not recorded it follows from the other's gender; null where that does not tell.
 */
export function counterpartyKinship(
  relationship: Pick<SeenRelationship, 'fromId' | 'kinship' | 'seenFromId'>,
  counterparty: Pick<Person, 'gender'> | null,
): string | null {
  const { kinship } = relationship;
  if (kinship === null || !isSeenFromFrom(relationship)) return kinship;
  const [ofMan, ofWoman] = inverses[kinship] ?? [null, null];
  return ofMan === ofWoman ? ofMan : byGender(counterparty, ofMan, ofWoman);
}

const byGender = (
  person: Pick<Person, 'gender'> | null,
  ofMan: string | null,
  ofWoman: string | null,
): string | null => {
  if (!person?.gender) return null;
  return person.gender === 'MALE' ? ofMan : ofWoman;
};

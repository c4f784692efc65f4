import type { Entity } from '@crm/kit/record/entity';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { CompetitorEntity, StaffMemberEntity } from '../directory/directory.fields.ts';
import { PersonEntity } from '../person/person.fields.ts';
import type { SubjectType } from './indicator.ts';

/** What is known of each kind of subject. */
export const subjectEntities: { readonly [Type in SubjectType]: Entity } = {
  CUSTOMER: CustomerEntity,
  PERSON: PersonEntity,
  COMPETITOR: CompetitorEntity,
  STAFF: StaffMemberEntity,
};

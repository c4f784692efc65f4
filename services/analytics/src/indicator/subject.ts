import type { Entity } from '@crm/kit/record/entity';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { StaffMemberEntity } from '../directory/directory.fields.ts';
import type { SubjectType } from './indicator.ts';

/** What is known of each kind of subject. */
export const subjectEntities: { readonly [Type in SubjectType]?: Entity } = {
  CUSTOMER: CustomerEntity,
  STAFF: StaffMemberEntity,
};

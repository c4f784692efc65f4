import type { Importer } from '@crm/kit/transfer/importer';
import { takeCustomers } from '../customer/customer.commands.ts';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { giveCustomersValues, removeCustomers } from '../customer/customer.revert.ts';
import { StaffMemberEntity } from '../directory/directory.fields.ts';

/** The kinds of record of this service that can be imported from files. */
export const importers: readonly Importer[] = [
  {
    entity: CustomerEntity,
    what: 'customers',
    matchOn: [['code'], ['registrationNumber'], ['name']],
    lookups: { staff: { entity: StaffMemberEntity, by: ['code'] } },
    take: (work, { inputs, ...how }) => takeCustomers(work, { rows: inputs, ...how }),
    remove: removeCustomers,
    change: giveCustomersValues,
  },
];

import { customFieldSnapshot } from '@crm/kit/event/custom-field-told';
import { vocabularySnapshot } from '@crm/kit/event/vocabulary-told';
import type { Snapshot } from '@crm/kit/event/snapshot';
import { CustomFieldDefined, CustomFieldRetired } from '@crm/schemas/events/custom-field';
import { VocabularyTermSaved } from '@crm/schemas/events/vocabulary';
import { productSnapshot } from './catalogue/product.events.ts';
import { customerParticularsSnapshot, customerSnapshot } from './customer/customer.events.ts';
import { staffSnapshot, teamSnapshot } from './directory/directory.events.ts';
import { creditSnapshot } from './credit/credit.events.ts';
import { needSnapshot } from './need/need.events.ts';
import { opportunitySnapshot } from './opportunity/opportunity.events.ts';
import { orderSnapshot } from './order/order.events.ts';
import { paymentSnapshot } from './payment/payment.events.ts';
import { receivableSnapshot } from './receivable/receivable.events.ts';
import { relationSnapshot } from './relation/relation.events.ts';

/** What others keep of this service's records. */
export const snapshots: readonly Snapshot[] = [
  teamSnapshot,
  staffSnapshot,
  productSnapshot,
  vocabularySnapshot(VocabularyTermSaved),
  customFieldSnapshot({ defined: CustomFieldDefined, retired: CustomFieldRetired }),
  customerSnapshot,
  customerParticularsSnapshot,
  orderSnapshot,
  paymentSnapshot,
  receivableSnapshot,
  creditSnapshot,
  needSnapshot,
  opportunitySnapshot,
  relationSnapshot,
];

import type { Snapshot } from '@crm/kit/event/snapshot';
import { productSnapshot } from './catalogue/product.events.ts';
import { customerSnapshot } from './customer/customer.events.ts';
import { staffSnapshot, teamSnapshot } from './directory/directory.events.ts';
import { orderSnapshot } from './order/order.events.ts';
import { paymentSnapshot } from './payment/payment.events.ts';
import { receivableSnapshot } from './receivable/receivable.events.ts';

/** What others keep of this service's records. */
export const snapshots: readonly Snapshot[] = [
  teamSnapshot,
  staffSnapshot,
  productSnapshot,
  customerSnapshot,
  orderSnapshot,
  paymentSnapshot,
  receivableSnapshot,
];

import { onMany } from '@crm/kit/event/consumer';
import { CreditParticularsChanged } from '@crm/schemas/events/credit';
import { saveStates } from '@crm/kit/projection/state';
import { CreditAccountEntity } from './credit.fields.ts';

/** The private events tell all that is kept of an account; the public ones only that it moved. */
export const creditConsumer = onMany(CreditParticularsChanged, (manager, events) =>
  saveStates(
    manager,
    CreditAccountEntity,
    events.map((event) => ({
      event,
      values: { ...event.data, customerId: event.customerId },
      isEnded: false,
    })),
  ),
);

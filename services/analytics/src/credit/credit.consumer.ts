import { onMany } from '@crm/kit/event/consumer';
import { CreditParticularsChanged } from '@crm/schemas/events/credit';
import { saveStates } from '@crm/kit/projection/state';
import { markDirty } from '../run/dirty.repository.ts';
import { CreditAccountEntity } from './credit.fields.ts';

/** The private events tell all that is kept of an account; the public ones only that it moved. */
export const creditConsumer = onMany(CreditParticularsChanged, async (manager, events) => {
  const states = events.map((event) => ({
    event,
    values: { ...event.data, customerId: event.customerId },
    isEnded: false,
  }));
  await saveStates(manager, CreditAccountEntity, states);
  await markDirty(
    manager,
    events.flatMap(({ customerId }) =>
      customerId === null
        ? []
        : [{ subjectType: 'CUSTOMER' as const, subjectId: customerId, fact: 'CREDIT_ACCOUNT' }],
    ),
  );
});

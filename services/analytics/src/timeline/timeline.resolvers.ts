import type { Resolvers } from '../generated/resolvers.ts';
import { cursorOf, kindLabels, recordOf } from './timeline.ts';

const staff = (id: string | null): { readonly id: string } | null => (id === null ? null : { id });

export const timelineResolvers: Resolvers = {
  Customer: {
    timeline: ({ id }, args, { pages }) => pages.timelineOfCustomer.load(id, args),
  },
  TimelineEntry: {
    id: (entry) => cursorOf(entry),
    label: ({ kind }, { locale }) => kindLabels[kind][locale === 'EN' ? 'en' : 'zh'],
    amount: ({ amount, currency }) => (amount && currency ? { amount, currency } : null),
    staffMember: ({ staffId }) => staff(staffId),
    fromOwner: ({ kind, from }) => (kind === 'OWNER' ? staff(from) : null),
    toOwner: ({ kind, to }) => (kind === 'OWNER' ? staff(to) : null),
    record: (entry) => recordOf(entry),
  },
};

import { fieldHistory } from '@crm/kit/record/audit';
import type { Resolvers } from '../generated/resolvers.ts';
import { isChannel } from './contact-channel.ts';
import { setPreferences } from './preference.commands.ts';
import { ContactPreferenceEntity } from './preference.fields.ts';

export const preferenceResolvers: Resolvers = {
  Mutation: {
    setPreferences: (_, { input }, context) => setPreferences(context, input),
  },
  Person: {
    preferences: ({ id }, _, { loaders }) => loaders.preference.load(id),
  },
  ContactPreference: {
    person: ({ personId }, _, { loaders }) => loaders.person.load(personId),
    preferredChannels: ({ preferredChannels }) => preferredChannels.filter(isChannel),
    doNotContact: ({ doNotContact }) => doNotContact.filter(isChannel),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, ContactPreferenceEntity, { id, ...args }),
  },
};

import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { savePhrase } from './phrase.commands.ts';
import { PhrasePresetEntity } from './phrase.fields.ts';

export const phraseResolvers: Resolvers = {
  Query: {
    phrasePreset: (_, { id }, { loaders }) => loaders.phrasePreset.load(id),
    phrasePresets: (_, args, context) => listPage(context, PhrasePresetEntity, args),
  },
  Mutation: {
    savePhrase: (_, { input }, context) => savePhrase(context, input),
  },
  PhrasePreset: {
    __resolveReference: ({ id }, { loaders }) => loaders.phrasePreset.load(id),
  },
};

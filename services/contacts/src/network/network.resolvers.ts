import { referenceTo } from '@crm/kit/record/reference';
import { labelFrom } from '@crm/kit/record/relation';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { explain, type ToldStep } from './explanation.ts';
import { influencePaths, type InfluencePath, type InfluenceStep } from './influence.queries.ts';
import { introducers } from './introducer.queries.ts';
import type { PersonRelationship, SeenRelationship } from '../relationship/relationship.fields.ts';
import type { RelationshipType } from '../relationship/relationship-type.fields.ts';
import { relationshipNeighbourhood } from './neighbourhood.queries.ts';

export const networkResolvers: Resolvers = {
  Query: {
    influencePaths: (_, args, context) => influencePaths(context, args),
    introducers: (_, args, context) => introducers(context, args),
    relationshipNeighbourhood: (_, args, context) => relationshipNeighbourhood(context, args),
  },
  InfluencePath: {
    staff: ({ staffId }) => referenceTo(staffId),
    explanation: (path, { locale }, context) => explanationOf(context, path, locale),
  },
  InfluenceStep: {
    person: ({ personId }, _, { loaders }) => loaders.person.loadRequired(personId),
    via: (step) => (step.strength === null ? null : step),
  },
  InfluenceVia: {
    strength: ({ strength }) => strength ?? 0,
    relationship: (step, _, context) => relationshipOf(context, step),
    type: async (step, _, context) => {
      const relationship = await relationshipOf(context, step);
      return relationship && context.loaders.relationshipType.load(relationship.type);
    },
    reason: async (step, _, context) => (await relationshipOf(context, step))?.reason ?? null,
  },
  GraphPerson: {
    person: ({ personId }, _, { loaders }) => loaders.person.loadRequired(personId),
  },
  GraphLink: {
    relationship: ({ relationshipId }, _, { loaders }) =>
      loaders.personRelationship.load(relationshipId),
  },
};

/** Seen from the person from whom the step was taken. */
async function relationshipOf(
  { loaders }: Context,
  step: InfluenceStep,
): Promise<SeenRelationship | null> {
  const relationship = await loaders.personRelationship.load(step.relationshipId);
  return relationship && step.fromPersonId
    ? { ...relationship, seenFromId: step.fromPersonId }
    : relationship;
}

type Locale = 'EN' | 'ZH_CN';

async function explanationOf(
  context: Context,
  path: InfluencePath,
  locale: Locale,
): Promise<string> {
  const told = await Promise.all(
    path.people
      .filter(({ strength }) => strength !== null)
      .map((step) => toldStep(context, { step, staffId: path.staffId, locale })),
  );
  return explain(told, path.strength, locale);
}

type Telling = {
  readonly step: InfluenceStep;
  readonly staffId: string | null;
  readonly locale: Locale;
};

async function toldStep(context: Context, { step, staffId, locale }: Telling): Promise<ToldStep> {
  const { loaders } = context;
  const [from, to, relationship] = await Promise.all([
    step.fromPersonId
      ? loaders.person.loadRequired(step.fromPersonId).then(({ name }) => name)
      : loaders.staffName.load(staffId),
    loaders.person.loadRequired(step.personId),
    relationshipOf(context, step),
  ]);
  return {
    from: from ?? '…',
    to: to.name,
    strength: step.strength ?? 0,
    label: relationship && labelFrom(relationship, await typeOf(context, relationship), locale),
    reason: relationship?.reason ?? null,
  };
}

const typeOf = (
  { loaders }: Context,
  { type }: Pick<PersonRelationship, 'type'>,
): Promise<RelationshipType> => loaders.relationshipType.loadRequired(type);

import type { RequestContext } from '@crm/kit/context';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { Entity, Stamps } from '@crm/kit/record/entity';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  type Rules,
} from '@crm/kit/record/record';
import { lockPerson } from '../person/person.repository.ts';
import { CareerRecordEntity, EducationRecordEntity } from './history.fields.ts';
import { careerProblems, educationProblems } from './history.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };
type OfPerson = Stamps & { readonly personId: string };

type Commands<Row> = {
  readonly record: (
    context: RequestContext,
    input: Repeatable & { readonly personId: string },
  ) => Promise<Row>;
  readonly update: (context: RequestContext, input: Repeatable & Versioned) => Promise<Row>;
  readonly remove: (context: RequestContext, input: Repeatable & Versioned) => Promise<Row>;
};

/** The commands of records that a person has several of, and that nobody else is told of. */
function commandsOf<Row extends OfPerson>(
  entity: Entity<Row>,
  { what, rules }: { readonly what: string; readonly rules: Rules<Row> },
): Commands<Row> {
  const memory = rowMemory(entity);
  /** Whose person is gone, or out of reach, is not changed any more. */
  const lockOwn = async (work: Work, id: string): Promise<void> => {
    const { personId } = await lockForWriting(work, entity, id);
    await lockPerson(work, 'write', personId);
  };
  return {
    record: (context, input) =>
      runCommand(context, { name: `record${what}`, input, memory }, async (work) => {
        allow(work.viewer, 'write', 'people');
        const { id: personId } = await lockPerson(work, 'write', input.personId);
        return createRecord(work, entity, { input: { ...input, personId }, rules });
      }),
    update: (context, input) =>
      runCommand(context, { name: `update${what}`, input, memory }, async (work) => {
        allow(work.viewer, 'write', 'people');
        const { id, expectedVersion = null } = input;
        await lockOwn(work, id);
        return (await changeRecord(work, entity, { id, expectedVersion, input, rules })).after;
      }),
    remove: (context, input) =>
      runCommand(context, { name: `remove${what}`, input, memory }, async (work) => {
        allow(work.viewer, 'write', 'people');
        const { id, expectedVersion = null } = input;
        await lockOwn(work, id);
        return removeRecord(work, entity, { id, expectedVersion });
      }),
  };
}

export const educations = commandsOf(EducationRecordEntity, {
  what: 'Education',
  rules: { check: educationProblems },
});

export const careers = commandsOf(CareerRecordEntity, {
  what: 'Career',
  rules: { check: careerProblems },
});

import { runCommand, type Memory, type Work } from './command.ts';
import type { RequestContext } from '../context.ts';
import { findCustomFields, type CustomField, type SavedCustomField } from './custom-field.ts';
import { saveCustomField, type Definition } from './custom-field-definition.ts';
import type { Entity } from './entity.ts';
import { invalid } from '../errors.ts';
import { allow } from './policy.ts';
import { findTermsByKey, saveTerm, type SavedTerm, type VocabularyTerm } from './vocabulary.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type TermInput = Repeatable & Omit<VocabularyTerm, 'parent'> & { readonly parent?: string | null };

/** Tells other services, where they show the labels of such terms. */
type TellTerm = (work: Work, saved: SavedTerm) => Promise<void>;

/** Defines or changes a term of an open vocabulary of this service. */
export const saveVocabularyTerm = (
  context: RequestContext,
  input: TermInput,
  tell?: TellTerm,
): Promise<VocabularyTerm> => {
  const call = { name: 'saveVocabularyTerm', input, memory: termMemory(input) };
  return runCommand(context, call, async (work) => {
    allow(work.viewer, 'manage', 'vocabularies');
    const { vocabulary, code, labels, parent = null, order, active } = input;
    const term = { vocabulary, code, labels, parent, order, active };
    const saved = await saveTerm(work.manager, term);
    await tell?.(work, saved);
    return saved.term;
  });
};

const termMemory = ({ vocabulary, code }: TermInput): Memory<VocabularyTerm> => ({
  keep: () => null,
  recall: async (manager) => {
    const [term] = await findTermsByKey(manager, [{ vocabulary, code }]);
    if (!term) throw new Error(`The term ${vocabulary}:${code} is gone`);
    return term;
  },
});

type FieldInput = Repeatable & Definition;

type Setting = {
  readonly input: FieldInput;
  readonly entities: readonly Entity[];
  /** Tells other services, where they keep values of such fields. */
  readonly tell?: (work: Work, saved: SavedCustomField) => Promise<void>;
};

/** Defines a field at run time, or changes it. Its index is made by a job, see `indexState`. */
export const defineCustomField = (
  context: RequestContext,
  { input, entities, tell }: Setting,
): Promise<CustomField> => {
  const call = { name: 'defineCustomField', input, memory: fieldMemory(input) };
  return runCommand(context, call, async (work) => {
    allow(work.viewer, 'manage', 'custom fields');
    const entity = entities.find(({ name }) => name === input.entity);
    if (!entity) {
      const names = entities.map(({ name }) => name).join(', ');
      throw invalid(`The definition was refused: entity must be one of ${names}`, [
        { path: 'entity', message: `must be one of ${names}` },
      ]);
    }
    const { clientMutationId: _, ...definition } = input;
    const saved = await saveCustomField(work.manager, entity, definition);
    await tell?.(work, saved);
    return saved.field;
  });
};

const fieldMemory = ({ entity, key }: FieldInput): Memory<CustomField> => ({
  keep: () => null,
  recall: async (manager) => {
    const field = (await findCustomFields(manager, entity)).get(key);
    if (!field) throw new Error(`The custom field ${entity}.${key} is gone`);
    return field;
  },
});

import DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import { invalid } from '../errors.ts';
import type { Labels } from './field.ts';

/** A value of an open vocabulary: what a company may define as it needs. Retired, never deleted. */
export type VocabularyTerm = {
  readonly vocabulary: string;
  readonly code: string;
  readonly labels: Labels;
  readonly parent: string | null;
  readonly order: number;
  readonly active: boolean;
};

type StoredTerm = Omit<VocabularyTerm, 'active'> & { readonly active: number };

const termsMax = 5000;
const codePattern = /^\w{1,64}$/;
const columns = 'vocabulary, code, labels, parent, sortOrder AS `order`, active';

const fromStored = (term: StoredTerm): VocabularyTerm => ({ ...term, active: term.active === 1 });

/** The terms of one vocabulary in their order, retired ones last. */
export async function findTerms(
  manager: EntityManager,
  vocabulary: string,
): Promise<VocabularyTerm[]> {
  const rows: StoredTerm[] = await manager.query(
    `SELECT ${columns} FROM vocabularyTerm WHERE vocabulary = ?
     ORDER BY active DESC, sortOrder, code LIMIT ${termsMax}`,
    [vocabulary],
  );
  return rows.map(fromStored);
}

export type TermKey = { readonly vocabulary: string; readonly code: string };
export type TermLoader = {
  readonly load: (vocabulary: string, code: string | null) => Promise<VocabularyTerm | null>;
  /** For fields that are never empty; a code without a term shows as itself. */
  readonly loadRequired: (vocabulary: string, code: string) => Promise<VocabularyTerm>;
  readonly loadMany: (vocabulary: string, codes: readonly string[]) => Promise<VocabularyTerm[]>;
};

/** Joins the terms that a request needs, of all vocabularies, into one statement. */
export function termLoader(manager: EntityManager): TermLoader {
  const loader = new DataLoader<TermKey, VocabularyTerm | null, string>(
    async (keys) => {
      const terms = await findTermsByKey(manager, keys);
      const byKey = new Map(terms.map((term) => [nameOf(term), term]));
      return keys.map((key) => byKey.get(nameOf(key)) ?? null);
    },
    { cacheKeyFn: nameOf },
  );
  const loadRequired: TermLoader['loadRequired'] = async (vocabulary, code) =>
    (await loader.load({ vocabulary, code })) ?? unknownTerm(vocabulary, code);
  return {
    load: (vocabulary, code) =>
      code === null ? Promise.resolve(null) : loader.load({ vocabulary, code }),
    loadRequired,
    loadMany: (vocabulary, codes) =>
      Promise.all(codes.map((code) => loadRequired(vocabulary, code))),
  };
}

const unknownTerm = (vocabulary: string, code: string): VocabularyTerm => ({
  vocabulary,
  code,
  labels: { zh: code, en: code },
  parent: null,
  order: 0,
  active: false,
});

export async function findTermsByKey(
  manager: EntityManager,
  keys: readonly TermKey[],
): Promise<VocabularyTerm[]> {
  if (keys.length === 0) return [];
  const rows: StoredTerm[] = await manager.query(
    `SELECT ${columns} FROM vocabularyTerm WHERE (vocabulary, code) IN (${keys.map(() => '(?, ?)').join(', ')})`,
    keys.flatMap(({ vocabulary, code }) => [vocabulary, code]),
  );
  return rows.map(fromStored);
}

export const nameOf = ({ vocabulary, code }: TermKey): string => `${vocabulary}:${code}`;

export type SavedTerm = { readonly term: VocabularyTerm; readonly version: number };

/** All terms of all vocabularies, in any order. */
export async function findSavedTerms(manager: EntityManager): Promise<SavedTerm[]> {
  const rows: (StoredTerm & { readonly version: number })[] = await manager.query(
    `SELECT version, ${columns} FROM vocabularyTerm LIMIT ${termsMax}`,
  );
  return rows.map(({ version, ...stored }) => ({ term: fromStored(stored), version }));
}

/** Defines a term or changes its labels, place and state; its code stays. */
export async function saveTerm(manager: EntityManager, term: VocabularyTerm): Promise<SavedTerm> {
  if (!codePattern.test(term.code)) {
    throw invalid('The term was refused', [
      { path: 'code', message: 'takes letters, digits and underscores, at most 64' },
    ]);
  }
  const [parent] = await findTermsByKey(
    manager,
    term.parent === null ? [] : [{ vocabulary: term.vocabulary, code: term.parent }],
  );
  if (term.parent !== null && (!parent || term.parent === term.code)) {
    throw invalid('The term was refused', [
      { path: 'parent', message: `"${term.parent}" is no other term of ${term.vocabulary}` },
    ]);
  }
  await manager.query(
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, parent, sortOrder, active)
     VALUES (?, ?, ?, ?, ?, ?) AS new
     ON DUPLICATE KEY UPDATE labels = new.labels, parent = new.parent,
       sortOrder = new.sortOrder, active = new.active, version = vocabularyTerm.version + 1`,
    [term.vocabulary, term.code, JSON.stringify(term.labels), term.parent, term.order, term.active],
  );
  const [row]: { version: number }[] = await manager.query(
    'SELECT version FROM vocabularyTerm WHERE vocabulary = ? AND code = ?',
    [term.vocabulary, term.code],
  );
  return { term, version: row?.version ?? 1 };
}

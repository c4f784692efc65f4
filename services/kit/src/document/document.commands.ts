import { z } from 'zod';
import { invalid, notFound, ruleViolation } from '../errors.ts';
import { rowMemory, runCommand, type Memory, type Work } from '../record/command.ts';
import { checkInputs, refused } from '../record/input.ts';
import { allow, scopeSql } from '../record/policy.ts';
import {
  changeRecord,
  lockForWriting,
  removeRecord,
  restoreRecord,
  withDefaults,
} from '../record/record.ts';
import { findByIds } from '../record/store.ts';
import { addressMs, signAddress } from '../storage/signed-address.ts';
import type { DocumentRow } from './document.fields.ts';
import {
  announcedProblems,
  nameProblems,
  subjectOf,
  subjectProblems,
  type DocumentContext,
  type Documents,
} from './document.ts';
import { insertUpload, type UploadPlan } from './upload.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

/** Where to send the bytes, and until when. */
export type DocumentUpload = {
  readonly id: string;
  readonly path: string;
  readonly expiresAt: Date;
};

const keptSchema = z.object({ id: z.string(), path: z.string(), expiresAt: z.coerce.date() });

const uploadMemory: Memory<DocumentUpload> = {
  keep: (upload) => upload,
  recall: (_, kept) => Promise.resolve(keptSchema.parse(kept)),
};

type Announced = Repeatable & {
  readonly name: string;
  readonly size: number;
  readonly sha256?: string | null;
};

export async function attachDocument(
  context: DocumentContext,
  documents: Documents,
  input: Announced,
): Promise<DocumentUpload> {
  const subject = subjectOf(documents, input);
  if (subject) await documents.awaitSubject?.(context, subject);
  const command = { name: `attach${documents.entity.name}`, input, memory: uploadMemory };
  return runCommand(context, command, async (work) => {
    allowWriting(work, documents, input);
    const { clientMutationId: _, size, sha256 = null, ...given } = input;
    const values = withDefaults(given, { defaults: () => documents.defaults });
    await refuseAnnounced(work, documents, { input, values, isSubjectNeeded: true });
    if (!subject) throw notFound(documents.entity.name, '');
    return announce(context, work, {
      ...values,
      ...(await namingSubject(work, documents, subject)),
      documentId: null,
      name: input.name.trim(),
      size,
      sha256,
    });
  });
}

export const replaceDocument = (
  context: DocumentContext,
  documents: Documents,
  input: Announced & Versioned,
): Promise<DocumentUpload> =>
  runCommand(
    context,
    { name: `replace${documents.entity.name}`, input, memory: uploadMemory },
    async (work) => {
      allowWriting(work, documents, input);
      const { id, name, size, sha256 = null } = input;
      await requireReadable(work, documents, id);
      const { version } = await lockForWriting(work, documents.entity, id);
      if (input.expectedVersion && input.expectedVersion !== version) {
        throw invalid(`The document is at version ${version}: read it again`);
      }
      await refuseAnnounced(work, documents, { input, values: { name }, isSubjectNeeded: false });
      return announce(context, work, { documentId: id, name: name.trim(), size, sha256 });
    },
  );

export const updateDocument = <Row extends DocumentRow>(
  context: DocumentContext,
  documents: Documents<Row>,
  input: Repeatable & Versioned & { readonly name?: string | null },
): Promise<Row> =>
  runCommand(context, commandOf('update', documents, input), async (work) => {
    allowWriting(work, documents, input);
    const { id, expectedVersion = null } = input;
    await requireReadable(work, documents, id);
    const change = await changeRecord(work, documents.entity, {
      id,
      expectedVersion,
      input,
      rules: { check: ({ name }) => nameProblems(name) },
    });
    await documents.tell.changed(work, [change]);
    return change.after;
  });

export const removeDocument = <Row extends DocumentRow>(
  context: DocumentContext,
  documents: Documents<Row>,
  input: Repeatable & Versioned,
): Promise<Row> =>
  runCommand(context, commandOf('remove', documents, input), async (work) => {
    allowWriting(work, documents, input);
    const { id, expectedVersion = null } = input;
    await requireReadable(work, documents, id);
    const document = await removeRecord(work, documents.entity, { id, expectedVersion });
    await documents.tell.removed(work, document);
    return document;
  });

export const restoreDocument = <Row extends DocumentRow>(
  context: DocumentContext,
  documents: Documents<Row>,
  input: Repeatable & { readonly id: string },
): Promise<Row> =>
  runCommand(context, commandOf('restore', documents, input), async (work) => {
    allowWriting(work, documents, input);
    const document = await restoreRecord(work, documents.entity, input.id);
    await requireReadable(work, documents, input.id);
    if (document.purgedAt !== null) {
      throw ruleViolation('It was removed so long ago that its bytes are deleted: attach it again');
    }
    await documents.tell.restored(work, document);
    return document;
  });

/** Commands are named as in the graph: `removeCompetitorDocument`. */
const commandOf = <Row extends DocumentRow, Input extends Repeatable>(
  deed: 'remove' | 'restore' | 'update',
  { entity }: Documents<Row>,
  input: Input,
): { readonly name: string; readonly input: Input; readonly memory: Memory<Row> } => ({
  name: `${deed}${entity.name}`,
  input,
  memory: rowMemory(entity),
});

function allowWriting({ viewer }: Work, { allowInput }: Documents, input: object): void {
  allow(viewer, 'write', 'documents');
  allowInput?.(viewer, input);
}

/** What is hidden from somebody, as confidential documents are, nobody changes by its id either. */
async function requireReadable(
  { manager, viewer, now }: Work,
  { entity }: Documents,
  id: string,
): Promise<void> {
  const scope = scopeSql(viewer, 'read', { entity, alias: 't', now });
  const [row] = await findByIds(manager, entity, { ids: [id], scope });
  if (!row) throw notFound(entity.name, id);
}

async function namingSubject(
  work: Work,
  documents: Documents,
  subject: { readonly kind: string; readonly id: string },
): Promise<Readonly<Record<string, string | null>>> {
  const id = await documents.lockSubject(work, subject);
  return Object.fromEntries(
    Object.entries(documents.subjects).map(([kind, field]) => [
      field,
      kind === subject.kind ? id : null,
    ]),
  );
}

type Refusal = {
  readonly input: Announced;
  readonly values: object;
  readonly isSubjectNeeded: boolean;
};

async function refuseAnnounced(
  { manager }: Work,
  documents: Documents,
  { input, values, isSubjectNeeded }: Refusal,
): Promise<void> {
  const { entity } = documents;
  const [checked] = await checkInputs(manager, entity, { inputs: [values], mode: 'update' });
  const isOfNone = isSubjectNeeded && subjectOf(documents, values) === null;
  const problems = [
    ...(checked?.problems ?? []),
    ...announcedProblems(input),
    ...nameProblems(input.name),
    ...(isOfNone ? subjectProblems(documents) : []),
  ];
  if (problems.length > 0) throw refused(entity, problems);
}

type Announcement = Pick<UploadPlan, 'documentId' | 'name' | 'sha256' | 'size'> &
  Readonly<Record<string, unknown>>;

async function announce(
  { app, documents }: DocumentContext,
  { manager, viewer }: Work,
  plan: Announcement,
): Promise<DocumentUpload> {
  const { subject, staffId } = viewer;
  const until = app.now().getTime() + addressMs;
  const id = await insertUpload(
    manager,
    { ...plan, subject, staffId },
    new Date(until + addressMs),
  );
  const path = signAddress(documents, { do: 'upload', id, subject, staffId, until });
  return { id, path, expiresAt: new Date(until) };
}

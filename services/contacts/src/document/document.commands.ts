import { awaitCustomers, lockCustomer } from '@crm/kit/projection/customer-access';
import { rowMemory, runCommand, type Memory, type Work } from '@crm/kit/record/command';
import { checkInputs, refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, lockForWriting, removeRecord, restoreRecord } from '@crm/kit/record/record';
import { addressMs, signAddress } from '@crm/kit/storage/signed-address';
import { invalid, ruleViolation } from '@crm/kit/errors';
import { z } from 'zod';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import { lockPerson } from '../person/person.repository.ts';
import { documentChanged, documentRemoved, documentRestored } from './document.events.ts';
import { DocumentEntity, type Document } from './document.fields.ts';
import type { DocumentContext } from './document.queries.ts';
import { announcedProblems, nameProblems, subjectKindOf } from './document.ts';
import { insertUpload, type UploadPlan } from './upload.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

const memory = rowMemory(DocumentEntity);

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

type AttachInput = Announced & {
  readonly personId?: string | null;
  readonly customerId?: string | null;
  readonly interactionId?: string | null;
  readonly kind?: Document['kind'] | null;
  readonly note?: string | null;
};

export async function attachDocument(
  context: DocumentContext,
  input: AttachInput,
): Promise<DocumentUpload> {
  await awaitCustomers(context, [input.customerId]);
  const command = { name: 'attachDocument', input, memory: uploadMemory };
  return runCommand(context, command, async (work) => {
    allow(work.viewer, 'write', 'documents');
    const { clientMutationId: _, size, sha256 = null, ...values } = input;
    await refuseAnnounced(work, input, { ...values, kind: values.kind ?? 'OTHER' });
    return announce(context, work, {
      ...(await lockSubject(work, input)),
      documentId: null,
      name: values.name.trim(),
      kind: values.kind ?? 'OTHER',
      note: values.note ?? null,
      size,
      sha256,
    });
  });
}

export const replaceDocument = (
  context: DocumentContext,
  input: Announced & Versioned,
): Promise<DocumentUpload> =>
  runCommand(context, { name: 'replaceDocument', input, memory: uploadMemory }, async (work) => {
    allow(work.viewer, 'write', 'documents');
    const { id, name, size, sha256 = null } = input;
    const document = await lockForWriting(work, DocumentEntity, id);
    if (input.expectedVersion && input.expectedVersion !== document.version) {
      throw invalid(`The document is at version ${document.version}: read it again`);
    }
    await refuseAnnounced(work, input, { name, kind: document.kind });
    const { personId, customerId, interactionId, kind, note } = document;
    return announce(context, work, {
      documentId: id,
      personId,
      customerId,
      interactionId,
      name: name.trim(),
      kind,
      note,
      size,
      sha256,
    });
  });

export const updateDocument = (
  context: DocumentContext,
  input: Repeatable & Versioned & { readonly name?: string | null },
): Promise<Document> =>
  runCommand(context, { name: 'updateDocument', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'documents');
    const { id, expectedVersion = null } = input;
    const change = await changeRecord(work, DocumentEntity, {
      id,
      expectedVersion,
      input,
      rules: { check: ({ name }) => nameProblems(name) },
    });
    await documentChanged(work, [change]);
    return change.after;
  });

export const removeDocument = (
  context: DocumentContext,
  input: Repeatable & Versioned,
): Promise<Document> =>
  runCommand(context, { name: 'removeDocument', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'documents');
    const { id, expectedVersion = null } = input;
    const document = await removeRecord(work, DocumentEntity, { id, expectedVersion });
    await documentRemoved(work, document);
    return document;
  });

export const restoreDocument = (
  context: DocumentContext,
  input: Repeatable & { readonly id: string },
): Promise<Document> =>
  runCommand(context, { name: 'restoreDocument', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'documents');
    const document = await restoreRecord(work, DocumentEntity, input.id);
    if (document.purgedAt !== null) {
      throw ruleViolation('It was removed so long ago that its bytes are deleted: attach it again');
    }
    await documentRestored(work, document);
    return document;
  });

/** Locks what the document is to belong to, which the viewer may change. */
async function lockSubject(
  work: Work,
  input: AttachInput,
): Promise<Pick<UploadPlan, 'customerId' | 'interactionId' | 'personId'>> {
  const none = { personId: null, customerId: null, interactionId: null };
  const { personId, customerId, interactionId } = input;
  if (personId) return { ...none, personId: (await lockPerson(work, 'write', personId)).id };
  if (customerId) return { ...none, customerId: await lockCustomer(work, customerId) };
  const interaction = await lockForWriting(work, InteractionEntity, interactionId ?? '');
  return { ...none, interactionId: interaction.id };
}

async function refuseAnnounced(
  { manager }: Work,
  input: AttachInput,
  values: object,
): Promise<void> {
  const [checked] = await checkInputs(manager, DocumentEntity, {
    inputs: [values],
    mode: 'update',
  });
  const isOfOne = 'id' in input || subjectKindOf(input) !== null;
  const problems = [
    ...(checked?.problems ?? []),
    ...announcedProblems(input),
    ...nameProblems(input.name),
    ...(isOfOne
      ? []
      : [{ path: 'personId', message: 'customerId or interactionId: exactly one is needed' }]),
  ];
  if (problems.length > 0) throw refused(DocumentEntity, problems);
}

async function announce(
  { app, documents }: DocumentContext,
  { manager, viewer }: Work,
  plan: Omit<UploadPlan, 'staffId' | 'subject'>,
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

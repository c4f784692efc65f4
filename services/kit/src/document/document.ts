import type { RequestContext } from '../context.ts';
import type { FieldProblem } from '../errors.ts';
import type { Work } from '../record/command.ts';
import { valueAt, type Entity } from '../record/entity.ts';
import type { Change } from '../record/record.ts';
import type { BlobStore } from '../storage/blob-store.ts';
import type { Viewer } from '../viewer.ts';
import { documentBytesMax } from './document-type.ts';
import type { DocumentRevision, DocumentRow } from './document.fields.ts';

/** What documents work with. Lives as long as the process. */
export type DocumentSettings = {
  readonly service: string;
  /** Signs addresses. */
  readonly key: string;
  readonly store: BlobStore;
  /** For how many days a removed document may be restored. */
  readonly keptDays: number;
};

export type DocumentContext = RequestContext & { readonly documents: DocumentSettings };

/** A record that a document belongs to. */
export type Subject = { readonly kind: string; readonly id: string };

/** What a service says of the documents that it keeps. */
export type Documents<Row extends DocumentRow = DocumentRow> = {
  /** Its rows have `subjectKind`, and beside it the fields of `subjects`. */
  readonly entity: Entity<Row>;
  readonly revisions: Entity<DocumentRevision>;
  /** By the kind of what a document may belong to, the field that names it: `PERSON: 'personId'`. */
  readonly subjects: Readonly<Record<string, string>>;
  /** For fields that a new document needs and the client left out. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Gives what was told of the subject a moment ago time to arrive. */
  awaitSubject?(this: void, context: RequestContext, subject: Subject): Promise<void>;
  /** Locks the subject for a viewer who may change it, and gives the id by which it is known now. */
  lockSubject(this: void, work: Work, subject: Subject): Promise<string>;
  /** Refuses values that the viewer may not give. */
  allowInput?(this: void, viewer: Viewer, input: object): void;
  /** Given rows of the entity, by what is common to all kinds of documents. */
  readonly tell: {
    attached(this: void, work: Work, rows: readonly Row[]): Promise<void>;
    replaced(this: void, work: Work, changes: readonly Change<Row>[]): Promise<void>;
    changed(this: void, work: Work, changes: readonly Change<Row>[]): Promise<void>;
    removed(this: void, work: Work, row: Row): Promise<void>;
    restored(this: void, work: Work, row: Row): Promise<void>;
  };
};

/** What a document belongs to; null when it is not exactly one. */
export function subjectOf(
  { subjects }: Pick<Documents, 'subjects'>,
  values: object,
): Subject | null {
  const named = Object.entries(subjects).flatMap(([kind, field]) => {
    const id = valueAt(values, [field]);
    return typeof id === 'string' && id !== '' ? [{ kind, id }] : [];
  });
  return named.length === 1 ? (named[0] ?? null) : null;
}

export function subjectProblems({ subjects }: Pick<Documents, 'subjects'>): FieldProblem[] {
  const [path = '', ...others] = Object.values(subjects);
  return [{ path, message: `${others.join(' or ')}: exactly one is needed` }];
}

type Announced = { readonly size: number; readonly sha256?: string | null };

/** What is wrong with what somebody means to send. */
export function announcedProblems({ size, sha256 }: Announced): FieldProblem[] {
  return [
    ...(size < 1 || size > documentBytesMax
      ? [{ path: 'size', message: `must be from 1 to ${documentBytesMax} bytes` }]
      : []),
    ...(sha256 && !/^[0-9a-f]{64}$/i.test(sha256)
      ? [{ path: 'sha256', message: 'is no SHA-256 in hexadecimal' }]
      : []),
  ];
}

/** Names that a path or a header could be made of are refused. */
export const nameProblems = (name: string | null | undefined): FieldProblem[] =>
  name && /[\p{Cc}/\\]/u.test(name)
    ? [{ path: 'name', message: 'must not hold slashes or control characters' }]
    : [];

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { documentBytesMax } from '@crm/kit/document/document-type';
import { purgeRemoved } from '@crm/kit/document/purge.repository';
import { sweepUploads } from '@crm/kit/document/upload.repository';
import { newId } from '@crm/kit/id';
import { partStore, readingBoth, type BlobStore } from '@crm/kit/storage/blob-store';
import { s3Store } from '@crm/kit/storage/s3-store';
import { documentCalls, pdf, sha256, tokenOf } from '@crm/kit/testing/documents';
import { startS3, type TestS3 } from '@crm/kit/testing/s3';
import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  eventsOf,
  logInteraction,
  made,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';
import { documents } from './document.commands.ts';

let contacts: TestContacts;
let personId: string;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  personId = await made(contacts, createPerson, { name: '李雷' });
});

const ATTACH = `mutation ($input: AttachDocumentInput!) { upload: attachDocument(input: $input) { id path expiresAt } }`;
const REPLACE = `mutation ($input: ReplaceDocumentInput!) { upload: replaceDocument(input: $input) { id path expiresAt } }`;

const {
  ask,
  announce: announceBy,
  begin,
  send,
  fetched,
} = documentCalls(() => contacts, 'contacts');

const announce = (input: object, mutation = ATTACH): Promise<string> => announceBy(mutation, input);

async function attach(bytes: Buffer, input: object = {}): Promise<string> {
  const token = await announce({ personId, name: '合同.pdf', size: bytes.length, ...input });
  return (await send(token, bytes)).id;
}

const pathOf = async (id: string, request: Parameters<typeof contacts.execute>[2] = {}) => {
  const { data } = await contacts.execute(
    `{ document(id: "${id}") { downloadPath } }`,
    {},
    request,
  );
  return z.object({ document: z.object({ downloadPath: z.string() }).nullable() }).parse(data)
    .document;
};

const count = async (table: string): Promise<number> => {
  const [row]: { n: number }[] = await contacts.db.query(`SELECT COUNT(*) n FROM ${table}`);
  return Number(row?.n);
};

/** Runs the job until nothing is left to do, as if it were two hours later. */
async function sweep(store: BlobStore = partStore): Promise<void> {
  const now = new Date(Date.now() + 2 * 3_600_000);
  while (
    await transact(contacts.db, (manager) => sweepUploads({ manager, now, remove: store.remove }))
  );
}

describe('a document', () => {
  test('is made of bytes that come in parts, and is given back as it was', async () => {
    const bytes = pdf(2_500_000);
    const id = await attach(bytes, {
      kind: 'CONTRACT',
      note: '正本',
      sha256: sha256(bytes).toUpperCase(),
    });
    const { data, errors } = await contacts.execute(
      `{ document(id: "${id}") { name kind note mimeType size sha256 revision subjectKind version
        person { id } customer { id } interaction { id } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.['document']).toEqual({
      name: '合同.pdf',
      kind: 'CONTRACT',
      note: '正本',
      mimeType: 'application/pdf',
      size: bytes.length,
      sha256: sha256(bytes),
      revision: 1,
      subjectKind: 'PERSON',
      version: 1,
      person: { id: personId },
      customer: null,
      interaction: null,
    });
    const path = (await pathOf(id))?.downloadPath ?? '';
    expect((await fetched(path, 3)).equals(bytes)).toBe(true);
    expect(await eventsOf(contacts, id)).toEqual(['document.attached']);
  });

  test('belongs to a customer or to an interaction as well', async () => {
    const customerId = await addCustomer(contacts);
    const visit = { kind: 'VISIT', occurredAt: '2026-05-06T01:02:03.000Z', customerId };
    const interactionId = await made(contacts, logInteraction, visit);
    const none = { personId: null };
    const ids = [
      await attach(pdf(100), { ...none, customerId }),
      await attach(pdf(100), { ...none, interactionId }),
    ];
    const { data } = await contacts.execute(
      `query ($r: [_Any!]!) { _entities(representations: $r) {
        ... on Customer { documents { nodes { id } } }
        ... on Interaction { attachments { nodes { id } } } } }`,
      {
        r: [
          { __typename: 'Customer', id: customerId },
          { __typename: 'Interaction', id: interactionId },
        ],
      },
    );
    expect(data?.['_entities']).toEqual([
      { documents: { nodes: [{ id: ids[0] }] } },
      { attachments: { nodes: [{ id: ids[1] }] } },
    ]);
  });

  test('gets other bytes, and keeps those before', async () => {
    const [first, second] = [pdf(1000), pdf(2000)];
    const id = await attach(first);
    const token = await announce({ id, name: '合同 2.pdf', size: second.length }, REPLACE);
    expect(await send(token, second)).toMatchObject({ id, revision: 2, sha256: sha256(second) });
    const { data } = await contacts.execute(
      `{ document(id: "${id}") { name size revision version
        revisions { nodes { revision name size downloadPath } } } }`,
    );
    expect(data?.['document']).toMatchObject({
      name: '合同 2.pdf',
      size: 2000,
      revision: 2,
      version: 2,
      revisions: {
        nodes: [
          { revision: 2, size: 2000 },
          { revision: 1, name: '合同.pdf', size: 1000 },
        ],
      },
    });
    const path = String(
      Reflect.get(
        z
          .object({
            revisions: z.object({ nodes: z.array(z.object({ downloadPath: z.string() })) }),
          })
          .parse(data?.['document']).revisions.nodes[1] ?? {},
        'downloadPath',
      ),
    );
    expect((await fetched(path, 1)).equals(first)).toBe(true);
    expect(await eventsOf(contacts, id)).toEqual(['document.attached', 'document.replaced']);
  });

  test('is renamed, removed and restored; once removed no address gives it', async () => {
    const id = await attach(pdf(100));
    const path = (await pathOf(id))?.downloadPath ?? '';
    await contacts.execute(
      `mutation { updateDocument(input: { id: "${id}", name: "b.pdf" }) { id } }`,
    );
    await contacts.execute(`mutation { removeDocument(input: { id: "${id}" }) { id } }`);
    expect(await pathOf(id)).toBeNull();
    await expect(ask({ do: 'find-download', token: tokenOf(path) })).rejects.toThrow('NOT_FOUND');
    await contacts.execute(`mutation { restoreDocument(input: { id: "${id}" }) { id } }`);
    expect(await ask({ do: 'find-download', token: tokenOf(path) })).toMatchObject({
      name: '合同.pdf',
    });
    expect(await eventsOf(contacts, id)).toEqual([
      'document.attached',
      'document.changed',
      'document.removed',
      'document.restored',
    ]);
  });
});

describe('what is announced', () => {
  test.each([
    ['no subject', { personId: null }, 'personId'],
    ['two subjects', { customerId: newId() }, 'personId'],
    ['nothing', { size: 0 }, 'size'],
    ['too much', { size: documentBytesMax + 1 }, 'size'],
    ['a checksum that is none', { sha256: 'abc' }, 'sha256'],
    ['a name with a slash', { name: '../a.pdf' }, 'name'],
    ['no name', { name: ' ' }, 'name'],
  ])('with %s is refused', async (_, input, path) => {
    const { errors } = await contacts.execute(ATTACH, {
      input: { personId, name: 'a.pdf', size: 100, ...input },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('is for those who may change what it belongs to', async () => {
    const viewer = { roles: ['rep' as const], staffId: newId(), teamIds: [newId()] };
    const input = { personId, name: 'a.pdf', size: 100 };
    const { errors } = await contacts.execute(ATTACH, { input }, { viewer });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('bytes that are not what was announced', () => {
  test.each([
    ['fewer', { size: 200 }, pdf(100), 'has 100'],
    ['more', { size: 50 }, pdf(100), 'has more'],
    ['others', { size: 100, sha256: sha256(pdf(100)) }, pdf(100), 'SHA-256'],
    ['a program', { size: 100 }, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(98)]), 'not taken'],
    ['of no type', { size: 100 }, Buffer.alloc(100), 'not taken'],
  ])('%s are refused, and leave nothing behind', async (_, input, bytes, message) => {
    const before = await count('document');
    const token = await announce({ personId, name: 'a.pdf', ...input });
    await expect(send(token, bytes)).rejects.toThrow(message);
    await sweep();
    expect(await count('document')).toBe(before);
    expect(await count('documentUpload')).toBe(0);
    const [row]: { n: number }[] = await contacts.db.query(
      `SELECT COUNT(*) n FROM storedFilePart p WHERE NOT EXISTS (
         SELECT 1 FROM documentRevision r WHERE r.storageKey = CONCAT('part:', BIN_TO_UUID(p.fileId)))`,
    );
    expect(Number(row?.n)).toBe(0);
  });

  test('that break off can be sent again, and leave nothing of the first time', async () => {
    const bytes = pdf(1_500_000);
    const token = await announce({ personId, name: 'a.pdf', size: bytes.length });
    const attemptId = await begin(token);
    await ask({ do: 'add-upload', token, attemptId, at: 0 }, bytes.subarray(0, 1_048_576));
    await ask({ do: 'abort-upload', token, attemptId });
    const { id } = await send(token, bytes);
    await sweep();
    const path = (await pathOf(id))?.downloadPath ?? '';
    expect((await fetched(path, 2)).equals(bytes)).toBe(true);
    await expect(begin(token)).rejects.toThrow('NOT_FOUND');
  });

  test('of a first try are not mixed with those of a second', async () => {
    const bytes = pdf(100);
    const token = await announce({ personId, name: 'a.pdf', size: bytes.length });
    const first = await begin(token);
    await begin(token);
    await expect(ask({ do: 'add-upload', token, attemptId: first, at: 0 }, bytes)).rejects.toThrow(
      'CONFLICT',
    );
  });
});

const rep = (staffId: string, teamId: string) => ({
  viewer: { subject: staffId, roles: ['rep' as const], staffId, teamIds: [teamId] },
});

describe('an address', () => {
  test('is good for what it was given for alone', async () => {
    const id = await attach(pdf(100));
    const download = tokenOf((await pathOf(id))?.downloadPath ?? '');
    await expect(begin(download)).rejects.toThrow('FORBIDDEN');
    const upload = await announce({ personId, name: 'a.pdf', size: 100 });
    await expect(ask({ do: 'find-download', token: upload })).rejects.toThrow('FORBIDDEN');
    await expect(ask({ do: 'find-download', token: `${download}x` })).rejects.toThrow('NOT_FOUND');
  });

  test('is given to those who may read what the document belongs to', async () => {
    const [team, other] = [newId(), newId()];
    const me = await addStaff(contacts, team);
    const customerId = await addCustomer(contacts, { ownerId: me, teamId: team });
    await made(contacts, affiliate, { personId, customerId });
    const { data } = await contacts.execute(
      `mutation ($input: LogInteractionInput!) { record: logInteraction(input: $input) { id } }`,
      {
        input: {
          kind: 'CALL',
          occurredAt: '2026-05-06T01:02:03.000Z',
          customerId,
          visibility: 'PRIVATE',
        },
      },
      rep(me, team),
    );
    const interactionId = String(Reflect.get(Object(data?.['record']), 'id'));
    const none = { personId: null };
    const ofPerson = await attach(pdf(100));
    const ofPrivate = await attach(pdf(100), { ...none, interactionId });

    expect(await pathOf(ofPerson, rep(newId(), team))).not.toBeNull();
    expect(await pathOf(ofPerson, rep(newId(), other))).toBeNull();
    expect(await pathOf(ofPrivate, rep(me, team))).not.toBeNull();
    expect(await pathOf(ofPrivate, rep(newId(), team))).toBeNull();
    expect(await pathOf(ofPrivate, { viewer: { roles: ['analyst'] } })).toBeNull();
    expect(await pathOf(ofPrivate)).not.toBeNull();
  });
});

test('documents of ten people are read with as many statements as of two', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 10; at += 1) {
    const id = await made(contacts, createPerson, { name: `人 ${at}` });
    await attach(pdf(100), { personId: id });
    ids.push(id);
  }
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
    documents(first: 5) { totalCount nodes { downloadPath revisions(first: 2) { nodes { size } } } } } } }`;
  const counted = (of: readonly string[]): Promise<number> =>
    countStatements(contacts.db, () =>
      contacts.execute(query, { r: of.map((id) => ({ __typename: 'Person', id })) }),
    );
  expect(await counted(ids)).toBe(await counted(ids.slice(0, 2)));
});

const dayMs = 86_400_000;

const purge = (days: number): Promise<boolean> =>
  transact(contacts.db, (manager) =>
    purgeRemoved({ manager, now: new Date(Date.now() + days * dayMs), keptDays: 30 }, documents),
  );

const run = async (mutation: 'removeDocument' | 'restoreDocument', id: string) =>
  (await contacts.execute(`mutation { ${mutation}(input: { id: "${id}" }) { id } }`)).errors;

describe('a document that was removed', () => {
  test('can be restored for 30 days, and then loses the bytes of all its revisions', async () => {
    await sweep();
    const before = await count('storedFilePart');
    const id = await attach(pdf(1_500_000));
    const next = pdf(200);
    await send(await announce({ id, name: 'b.pdf', size: next.length }, REPLACE), next);
    const other = await attach(pdf(300));
    expect(await count('storedFilePart')).toBe(before + 4);
    await run('removeDocument', id);
    await purge(29);
    await sweep();
    expect(await count('storedFilePart')).toBe(before + 4);
    expect(await run('restoreDocument', id)).toBeUndefined();
    await run('removeDocument', id);
    await purge(31);
    await sweep();
    expect(await count('storedFilePart')).toBe(before + 1);
    expect((await run('restoreDocument', id))?.[0]).toMatchObject({
      message: expect.stringContaining('attach it again'),
      extensions: { code: 'RULE_VIOLATION' },
    });
    expect(await pathOf(id)).toBeNull();
    const path = (await pathOf(other))?.downloadPath ?? '';
    expect(await fetched(path, 1)).toHaveLength(300);
  });
});

describe('a document in a bucket', () => {
  let server: TestS3;
  let before: TestContacts;
  let store: BlobStore;

  beforeAll(async () => {
    server = await startS3();
    store = readingBoth(s3Store(server.settings));
    before = contacts;
    contacts = await startContacts(store);
  });
  afterAll(async () => {
    await contacts.stop();
    contacts = before;
    await server.stop();
  });

  test('lies there once it is whole, and nowhere else', async () => {
    const bytes = pdf(1_500_000);
    const id = await attach(bytes);
    await sweep(store);
    expect(await count('storedFilePart')).toBe(0);
    expect(await count('leftBlob')).toBe(0);
    expect(server.names().length).toBeGreaterThan(0);
    const path = (await pathOf(id))?.downloadPath ?? '';
    expect((await fetched(path, 2)).equals(bytes)).toBe(true);
  });

  test('that became no document is swept from there', async () => {
    const kept = server.names();
    const bytes = pdf(100);
    const token = await announce({ personId, name: 'a.pdf', size: bytes.length });
    await contacts.db.query('RENAME TABLE documentRevision TO away');
    await expect(send(token, bytes)).rejects.toThrow('INTERNAL');
    await contacts.db.query('RENAME TABLE away TO documentRevision');
    expect(server.names().length).toBeGreaterThan(kept.length);
    await sweep(store);
    expect(server.names()).toEqual(kept);
    expect(await count('storedFilePart')).toBe(0);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RequestContext } from '../context.ts';
import {
  awaitCustomers,
  lockCustomer,
  reachableCustomers,
  saveCustomerAccess,
} from './customer-access.ts';
import { transact, type Database } from '../database/database.ts';
import { newId } from '../id.ts';
import { createLog } from '../log.ts';
import { kitMigrations } from '../migrations/index.ts';
import { createProjections } from '../migrations/projections.ts';
import { saveMerged } from './survivor.ts';
import { saveStaff, teamsOfStaff } from './staff-directory.ts';
import { testDatabase } from '../testing/database.ts';
import { testViewer } from '../testing/execute.ts';
import type { Viewer } from '../viewer.ts';

const rep = newId();
const team = newId();
const customerId = newId();

const told = (data: object) => ({
  aggregateId: customerId,
  occurredAt: new Date().toISOString(),
  data,
});

let db: Database;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: [...kitMigrations, createProjections] });
});
afterAll(() => db.destroy());
beforeEach(async () => {
  await db.query('DELETE FROM customerAccess');
  await saveCustomerAccess(db.manager, [told({ ownerId: rep, teamId: team })]);
});

const reached = (viewer: Partial<Viewer>, action: 'read' | 'write') =>
  transact(db, (manager) =>
    reachableCustomers({ manager, viewer: testViewer(viewer), now: new Date() }, action, [
      customerId,
    ]),
  );

describe('reachableCustomers', () => {
  test('holds a customer for its owner', async () => {
    expect(await reached({ roles: ['rep'], staffId: rep }, 'write')).toEqual(new Set([customerId]));
  });

  test('lets the team read and not write', async () => {
    const colleague = { roles: ['rep' as const], staffId: newId(), teamIds: [team] };

    expect(await reached(colleague, 'read')).toEqual(new Set([customerId]));
    expect(await reached(colleague, 'write')).toEqual(new Set());
  });

  test('leaves out what was deleted until it is restored', async () => {
    await saveCustomerAccess(db.manager, [told({})]);
    expect(await reached({}, 'read')).toEqual(new Set());

    await saveCustomerAccess(db.manager, [told({ ownerId: null, teamId: null })]);
    expect(await reached({}, 'read')).toEqual(new Set([customerId]));
    expect(await reached({ roles: ['rep'], staffId: rep }, 'write')).toEqual(new Set());
  });

  test.each(['customer.deleted', 'customer.merged'])(
    'leaves out what %s ended, though it tells the last owner',
    async (type) => {
      await saveCustomerAccess(db.manager, [{ ...told({ ownerId: rep, teamId: team }), type }]);
      expect(await reached({}, 'read')).toEqual(new Set());
    },
  );

  test('knows the last of what one batch tells', async () => {
    await saveCustomerAccess(db.manager, [told({}), told({ ownerId: null, teamId: null })]);
    expect(await reached({}, 'read')).toEqual(new Set([customerId]));

    await saveCustomerAccess(db.manager, [told({ ownerId: rep, teamId: team }), told({})]);
    expect(await reached({}, 'read')).toEqual(new Set());
  });

  test('is empty for ids that are none', async () => {
    const work = { manager: db.manager, viewer: testViewer(), now: new Date() };
    expect(await reachableCustomers(work, 'read', ['nobody', newId()])).toEqual(new Set());
  });
});

describe('lockCustomer', () => {
  test('gives the customer that an id means since it was merged', async () => {
    const [old, older] = [newId(), newId()];
    await saveMerged(db.manager, { id: older, survivorId: old });
    await saveMerged(db.manager, { id: old, survivorId: customerId });
    const work = { viewer: testViewer(), now: new Date(), requestId: 'test' };
    const locked = transact(db, (manager) => lockCustomer({ ...work, manager }, older));

    await expect(locked).resolves.toBe(customerId);
  });

  test('refuses an unknown customer as NOT_FOUND', async () => {
    const work = { viewer: testViewer(), now: new Date(), requestId: 'test' };
    const locked = transact(db, (manager) => lockCustomer({ ...work, manager }, newId()));

    await expect(locked).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  });
});

const context = (): RequestContext => ({
  app: { db, log: createLog('test', 'silent'), now: () => new Date() },
  viewer: testViewer(),
  requestId: 'test',
  deadlineAt: Date.now() + 10_000,
  consistency: null,
  lane: 'interactive',
  signal: new AbortController().signal,
});

describe('awaitCustomers', () => {
  test('goes on as soon as the event of a new customer has arrived', async () => {
    const id = newId();
    const startedAt = Date.now();
    const waiting = awaitCustomers(context(), [id, customerId, null]);
    await saveCustomerAccess(db.manager, [
      { ...told({ ownerId: null, teamId: null }), aggregateId: id },
    ]);

    await waiting;
    expect(Date.now() - startedAt).toBeLessThan(900);
  });

  test('goes on after a second in any case', async () => {
    const startedAt = Date.now();
    await awaitCustomers(context(), [newId()]);

    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(950);
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });
});

describe('teamsOfStaff', () => {
  test('knows the team that the last event told', async () => {
    const aggregateId = newId();
    const data = { code: 'S1', name: '王芳', teamId: team, managerId: null, active: true };
    await saveStaff(db.manager, [
      { aggregateId, data },
      { aggregateId, data: { ...data, teamId: null } },
    ]);

    expect(await teamsOfStaff(db.manager, [aggregateId, null, newId()])).toEqual(
      new Map([[aggregateId, null]]),
    );
  });
});

import { describe, expect, jest, test } from '@jest/globals';
import { testViewer } from '@crm/kit/testing/execute';
import { connectionLimits } from './connection-limits.ts';
import { createConnections, type Connections, type OpenConnection } from './connections.ts';

function arrive(connections: Connections, subject: string): { state: string } {
  const client = { state: 'waits' };
  const connection: OpenConnection = {
    viewer: () => testViewer({ subject }),
    sendAway: async () => {
      client.state = 'sent away';
    },
  };
  connections.admit({
    begin: () => {
      connections.add(connection);
      client.state = 'open';
    },
    refuse: () => {
      client.state = 'refused';
    },
  });
  return client;
}

const count = (clients: readonly { readonly state: string }[], state: string): number =>
  clients.filter((client) => client.state === state).length;

describe('Connections', () => {
  test('are taken and sent away few at a time, and none is taken by one that leaves', async () => {
    jest.useFakeTimers();
    const connections = createConnections();
    const clients = Array.from({ length: 400 }, () => arrive(connections, 'many'));
    expect(count(clients, 'open')).toBe(connectionLimits.acceptedAtOnce);
    await jest.advanceTimersByTimeAsync(1000);
    expect(count(clients, 'open')).toBeLessThan(200);
    const drained = connections.drain();
    await jest.advanceTimersByTimeAsync(200);
    expect(count(clients, 'refused')).toBeGreaterThan(0);
    expect(count(clients, 'sent away')).toBeLessThan(60);
    await jest.advanceTimersByTimeAsync(3000);
    await drained;
    expect(count(clients, 'open')).toBe(0);
    expect(arrive(connections, 'late').state).toBe('refused');
    jest.useRealTimers();
  });

  test('of one subject are counted, whatever they speak', async () => {
    jest.useFakeTimers();
    const connections = createConnections();
    for (let at = 0; at < connectionLimits.perSubjectMax; at += 1) arrive(connections, 'many');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(connections.hasMany(testViewer({ subject: 'many' }))).toBe(true);
    expect(connections.hasMany(testViewer({ subject: 'other' }))).toBe(false);
    jest.useRealTimers();
  });
});

import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { listeningInode } from './port-holder.ts';
import {
  instancesMax,
  portsFrom,
  portsOf,
  portsPerMesh,
  requirePortsFetchable,
  requirePortsFree,
} from './ports.ts';

describe('the ports of a mesh', () => {
  test('lie behind the one that was given', () => {
    const ports = portsFrom(7000);
    expect([ports.gateway, ports.competitors, ports['mysql-b'], ports.sms]).toEqual([
      7000, 7005, 7011, 7031,
    ]);
  });

  test('are all different and within its range, with all instances', () => {
    const all = portsOf({ ports: portsFrom(7000), instances: 5, parts: 'all' });
    expect(new Set(all).size).toBe(all.length);
    expect(Math.max(...all)).toBeLessThan(7000 + portsPerMesh);
  });

  test.each([80, 65_500, Number.NaN])('cannot begin at %s', (base) => {
    expect(() => portsFrom(base)).toThrow('GUANXI_PORT');
  });

  test.each([
    [6000, 1, 6000],
    [5000, 2, 5060],
    [4044, 1, 4045],
  ])(
    'from %s on with %s instances are refused: no browser asks port %s',
    (base, instances, port) => {
      const extent = { ports: portsFrom(base), instances, parts: 'all' } as const;
      expect(() => requirePortsFetchable(extent)).toThrow(new RegExp(`${port}[^]*GUANXI_PORT`));
    },
  );

  test.each([4000, 4800])(
    'can all be asked from %s on, with as many instances as may be',
    (base) => {
      const extent = { ports: portsFrom(base), instances: instancesMax, parts: 'all' } as const;
      expect(() => requirePortsFetchable(extent)).not.toThrow();
    },
  );

  test('are not refused for what nobody asks for', () => {
    const extent = { ports: portsFrom(5000), instances: 1, parts: 'all' } as const;
    expect(() => requirePortsFetchable(extent)).not.toThrow();
  });

  test('that are taken are named, with who holds them and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const taken = await requirePortsFree([port]).catch(String);
    server.close();
    await once(server, 'close');

    expect(taken).toMatch(
      new RegExp(`port ${port} is taken by process ${process.pid}[^]*GUANXI_PORT`),
    );
    await expect(requirePortsFree([port])).resolves.toBeUndefined();
  });
});

describe('the table of sockets', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1068 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
   1: 0100007F:1069 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 4712 1`;

  test('tells which socket listens', () => {
    expect(listeningInode(table, 4200)).toBe('4711');
  });

  test('does not take a connection for a listener', () => {
    expect(listeningInode(table, 4201)).toBeNull();
  });
});

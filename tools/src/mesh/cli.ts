import { parseArgs } from 'node:util';
import type { Mesh } from './mesh.ts';
import { formPair, mysqlIsReady } from './mysql-pair.ts';
import { mysqlCommand, mysqlNames, prepareMysql } from './mysql-server.ts';
import { natsCommand, natsEnvironment, natsIsReady, natsUrl } from './nats-server.ts';
import { createHome, homeAt } from './paths.ts';
import { endProcess, namesWithPid, readPid, removePid } from './pid.ts';
import { portsFrom } from './ports.ts';
import { main, say, step } from './say.ts';
import { readSecrets } from './secrets.ts';
import { startProcess } from './spawn.ts';
import { findToolchain } from './toolchain.ts';
import { until } from './wait.ts';

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { home: { type: 'string' }, port: { type: 'string' } },
  });
  const home = homeAt(values.home ?? '.local/test');
  createHome(home);
  if (positionals[0] === 'down') {
    await Promise.all(
      namesWithPid(home).map(async (name) => {
        const pid = readPid(home, name);
        if (pid !== null) await endProcess(pid, 20_000);
        removePid(home, name);
      }),
    );
    return;
  }
  const mesh: Mesh = {
    home,
    ports: portsFrom(Number(values.port ?? '4600')),
    secrets: readSecrets(home),
    toolchain: await findToolchain(),
    durability: 'relaxed',
  };
  await step('data folders', () => prepareMysql(mesh));
  await step('servers', async () => {
    const all = [
      ...mysqlNames.map((name) => ({ name, command: mysqlCommand(mesh, name) })),
      { name: 'nats', command: natsCommand(mesh), env: natsEnvironment(mesh) },
    ];
    for (const command of all) {
      if (readPid(home, command.name) === null) startProcess(home, command).unref();
    }
    const ready = await until(
      async () =>
        (await mysqlIsReady(mesh, 'mysql-a')) &&
        (await mysqlIsReady(mesh, 'mysql-b')) &&
        (await natsIsReady(mesh)),
      { forMs: 60_000 },
    );
    if (!ready) throw new Error('not ready');
  });
  const source = await step('pair', () => formPair(mesh));
  say(`source is ${source}`);
  process.stdout.write(
    `export TEST_MYSQL=a=127.0.0.1:${mesh.ports['mysql-a']},b=127.0.0.1:${mesh.ports['mysql-b']}\nexport TEST_NATS_URL=${natsUrl(mesh)}\n`,
  );
});

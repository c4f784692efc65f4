import { parseArgs } from 'node:util';
import { startGroup } from '@crm/kit/data-source/testing/mysql-group';
import { main, say, step } from './mesh/say.ts';
import { untilStopSignal } from './mesh/stop-signal.ts';
import { programVariables } from './mesh/test-environment.ts';
import { findToolchain } from './mesh/toolchain.ts';

const usage = `npm run group
  Three MySQL servers in one replication group, to try engine: 'group-replication' on.
  Their folder is removed when they end, which Ctrl-C does.`;

await main(usage, async () => {
  parseArgs();
  const stopSignal = untilStopSignal();
  Object.assign(process.env, programVariables(await findToolchain()));
  const members = await step('a group of three', startGroup);
  const addresses = members.servers.map(
    ({ address: { name, host, port } }) => `${name}=${host}:${port}`,
  );
  say(`\n${addresses.join(',')}`);
  say('Account app, password app, schema test. Kill a process to see an election:');
  for (const server of members.servers)
    say(`  ${server.address.name}  kill -9 ${server.process().pid}`);
  say(`Logs are in ${members.folder}. Ctrl-C ends all.`);
  await stopSignal;
  await members.destroy();
  process.exit(0);
});

import { parseArgs } from 'node:util';
import { promote, rejoin, switchover } from './cluster.ts';
import { down, kill, pause, release, resume, start } from './control.ts';
import { deadLetters } from './dead-letters.ts';
import { startDetached } from './detach.ts';
import { showLog } from './logs.ts';
import { homeFromEnv, type Mesh, openMesh } from './mesh.ts';
import { createHome } from './paths.ts';
import { rebuild } from './rebuild.ts';
import { main, UserError } from './say.ts';
import { meshStatus } from './status.ts';
import { printStatus } from './status-table.ts';
import { testEnvironment } from './test-environment.ts';
import { findToolchain } from './toolchain.ts';

const usage = `npm run mesh -- COMMAND
  status [--json]   every process, the state of MySQL and who is the source
  logs NAME [-f]    the end of a log, and with -f what is added to it
  kill NAME         SIGKILL; it stays down until start
  pause NAME        SIGSTOP
  resume NAME       SIGCONT
  start NAME        starts one that was killed
  switchover [NAME] makes the standby the source, without losing or refusing a write
  rejoin NAME       brings a MySQL server back as standby; --force gives it a new copy
  promote NAME      makes a server the source where the keeper may not; --force in spite of losses
  release NAME      restarts the instances of one application, one by one
  rebuild NAME      makes what a service keeps of events anew, beside what it answers from; with
                    --snapshot the owners tell of their records first, for the log is kept 7 days
  dead-letters      events that a service could not apply: list, show, replay, discard
  down              stops everything
  databases         starts MySQL and NATS alone, for tests, and prints where they are
--home and --port stand for GUANXI_HOME and GUANXI_PORT.`;

type Options = Readonly<Record<'follow' | 'force' | 'json' | 'snapshot', boolean>>;

const commands: Readonly<
  Record<string, (mesh: Mesh, name: string, options: Options) => Promise<number | void> | void>
> = {
  status: async (mesh, _, { json }) => printStatus(await meshStatus(mesh), json),
  logs: (mesh, name, { follow }) => showLog(mesh.home, name, follow),
  down: ({ home }) => down(home),
  kill,
  pause,
  resume,
  start,
  release,
  switchover,
  rejoin: (mesh, name, { force }) => rejoin(mesh, name, force),
  promote: (mesh, name, { force }) => promote(mesh, name, force),
  rebuild,
};

await main(usage, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      follow: { type: 'boolean', short: 'f', default: false },
      force: { type: 'boolean', default: false },
      snapshot: { type: 'boolean', default: false },
      home: { type: 'string' },
      port: { type: 'string' },
    },
  });
  if (values.home !== undefined) process.env['GUANXI_HOME'] = values.home;
  if (values.port !== undefined) process.env['GUANXI_PORT'] = values.port;

  const [command = '', name = ''] = positionals;
  if (command === 'databases') return databases();
  if (command === 'dead-letters') return deadLetters(openMesh(homeFromEnv()), positionals.slice(1));
  const run = commands[command];
  if (!run) throw new UserError(usage);
  return run(openMesh(homeFromEnv()), name, values);
});

/** For tests of one's own: apart from the mesh in .local, and with nothing waiting for the disk. */
async function databases(): Promise<number> {
  process.env['GUANXI_HOME'] ??= '.local/databases';
  process.env['GUANXI_PORT'] ??= '4500';
  const home = homeFromEnv();
  createHome(home);
  const status = await startDetached(['--parts', 'databases', '--durability', 'relaxed']);
  if (status !== 0) return status;
  process.stdout.write(`${testEnvironment(openMesh(home), await findToolchain())}\n`);
  return 0;
}

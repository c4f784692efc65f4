import { parseArgs } from 'node:util';
import { loadDemoOnce } from './demo.ts';
import { startDetached } from './detach.ts';
import { Interrupted } from './household.ts';
import { homeFromEnv, type Mesh, type MeshSettings, portFromEnv } from './mesh.ts';
import { instancesMax } from './ports.ts';
import { main, say, seconds, UserError } from './say.ts';
import { untilStopSignal } from './stop-signal.ts';
import { summary } from './summary.ts';
import { startMesh } from './supervisor.ts';

const usage = `npm start [-- OPTION…]
  --detach        returns when everything is ready; npm run mesh -- down ends it
  --empty         leaves the demo company out
  --instances N   so many processes of the gateway and of each service`;

await main(usage, async () => {
  const { values } = parseArgs({
    options: {
      detach: { type: 'boolean', default: false },
      instances: { type: 'string', default: '1' },
      durability: { type: 'string', default: 'full' },
      parts: { type: 'string', default: 'all' },
      // Without the demo company.
      empty: { type: 'boolean', default: false },
    },
  });
  if (values.detach) {
    return startDetached(process.argv.slice(2).filter((option) => option !== '--detach'));
  }
  const settings: MeshSettings = {
    port: portFromEnv(),
    instances: readInstances(values.instances),
    durability: values.durability === 'relaxed' ? 'relaxed' : 'full',
    parts: values.parts === 'databases' ? 'databases' : 'all',
  };
  return run(settings, values.empty ? async () => undefined : loadDemoOnce);
});

/** Starts the mesh and supervises it until this process is asked to end. */
async function run(settings: MeshSettings, load: (mesh: Mesh) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const stopSignal = untilStopSignal();
  say(`Guanxi is starting (port ${settings.port})`);
  const { mesh, ready, stop } = await startMesh(homeFromEnv(), settings);

  const interrupted = stopSignal.then(stop);
  try {
    await ready;
    await load(mesh);
    say(`Guanxi is ready (${seconds(performance.now() - startedAt)})\n`);
    say(await summary(mesh));
    if (process.connected) process.send?.({ ready: true });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  await stopSignal;
  say('\nGuanxi is stopping');
  await interrupted;
  say('Guanxi has stopped');
  // A signal that was asked for and obeyed is a good end.
  process.exit(0);
}

function readInstances(text: string): number {
  const instances = Number(text);
  if (!Number.isInteger(instances) || instances < 1 || instances > instancesMax) {
    throw new UserError(`--instances takes 1 to ${instancesMax}.`);
  }
  return instances;
}

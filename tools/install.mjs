// Installs the npm packages when they are missing or not those of the lock file, and with
// `--supervisor` builds what `npm start` runs. It comes before everything else, so it uses nothing
// but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isStale, markFresh } from './stale.mjs';

const nodeAtLeast = [20, 19];
const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = `${root}package-lock.json`;
const written = `${root}node_modules/.package-lock.json`;

requireNode();
if (!isInstalled()) install();
if (process.argv.includes('--supervisor')) buildSupervisor();

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [majorAtLeast, minorAtLeast] = nodeAtLeast;
  if (major > majorAtLeast || (major === majorAtLeast && minor >= minorAtLeast)) return;
  fail(`Guanxi needs Node ${nodeAtLeast.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Every command asks, so the lists are compared once for each change of theirs. */
function isInstalled() {
  const stamp = `${root}node_modules/.compared`;
  if (existsSync(written) && changedAt(stamp) > Math.max(changedAt(wanted), changedAt(written)))
    return true;
  if (!isComplete()) return false;
  writeFileSync(stamp, '');
  return true;
}

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Compares with the list that npm writes at the very end of an installation. */
function isComplete() {
  if (!existsSync(written)) return false;
  const installed = readPackages(written);
  return Object.entries(readPackages(wanted))
    .filter(([path, entry]) => path.startsWith('node_modules/') && isRequired(entry))
    .every(
      ([path, entry]) =>
        installed[path]?.integrity === entry.integrity && existsSync(`${root}${path}`),
    );
}

/** Binaries for other systems are optional. */
function isRequired({ optional, devOptional }) {
  return !optional && !devOptional;
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function install() {
  say('Installing the npm packages');
  const startedAt = Date.now();
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error, stderr } = spawnSync('npm', options, { cwd: root, encoding: 'utf8' });
  if (error) fail(`npm could not be started: ${error.message}`);
  if (status !== 0) {
    // What follows its first lines is npm's usage.
    const told = stderr.split('\n').slice(0, 12).join('\n');
    fail(`${told}\n\nnpm ci failed. Check the network and the registry, then start again.`);
  }
  const tookSeconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  say(`  ${'npm packages'.padEnd(52)} ${tookSeconds.padStart(5)} s`);
}

/** Loading TypeScript takes a second, so it is left out while there is nothing new. */
function buildSupervisor() {
  const built = ['tools/dist/start.js', 'services/keeper/dist/main.js'];
  const stamp = `${root}tools/dist/.supervisor`;
  const sources = ['tools/src', 'services/kit/src', 'services/keeper/src'].map(
    (folder) => `${root}${folder}`,
  );
  if (built.every((file) => existsSync(`${root}${file}`)) && !isStale(stamp, sources)) return;
  const startedAt = new Date();
  const options = ['--import', 'tsx', 'tools/src/build-supervisor.ts'];
  const { status } = spawnSync(process.execPath, options, { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail('The supervisor could not be built.');
  markFresh(stamp, startedAt);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(message) {
  say(`\n${message}`);
  process.exit(1);
}

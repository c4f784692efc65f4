import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Who listens on a port, in words. Other users' processes may stay unknown. */
export function portHolder(port: number): string {
  try {
    const pid = process.platform === 'linux' ? linuxHolder(port) : listedHolder(port);
    return pid === null ? 'a process that cannot be seen from here' : describe(pid);
  } catch {
    return 'another process';
  }
}

function linuxHolder(port: number): string | null {
  const inode = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .map((file) => listeningInode(readFileSync(file, 'utf8'), port))
    .find((found) => found !== null);
  if (!inode) return null;
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.find((pid) => holdsSocket(pid, inode)) ?? null;
}

/** The socket that listens on a port, in the text of /proc/net/tcp. */
export function listeningInode(table: string, port: number): string | null {
  const listening = '0A';
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === listening && local?.endsWith(`:${hexPort}`)) return inode ?? null;
  }
  return null;
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
    );
  } catch {
    // It ended while we looked, or belongs to somebody else.
    return false;
  }
}

function listedHolder(port: number): string | null {
  const printed = execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], {
    encoding: 'utf8',
  });
  return printed.split('\n')[0] ?? null;
}

function describe(pid: string): string {
  const command =
    process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-o', 'args=', '-p', pid], { encoding: 'utf8' });
  return `process ${pid} (${command.trim().slice(0, 80)})`;
}

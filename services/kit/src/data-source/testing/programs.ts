import { execFileSync } from 'node:child_process';
import { z } from 'zod';

/** A program with the arguments that always come first. */
export type Program = readonly [file: string, ...string[]];

const commandSchema = z.tuple([z.string()], z.string());

/** TEST_MYSQLD and TEST_NATS_SERVER hold a command as a JSON array; without them the PATH decides. */
export const mysqldProgram = (): Program =>
  fromSetting('TEST_MYSQLD') ?? [installed('mysqld'), '--no-defaults'];

export const natsProgram = (): Program =>
  fromSetting('TEST_NATS_SERVER') ?? [installed('nats-server')];

/** TEST_MYSQL_ROUTER and, where it cannot find its own plugins, TEST_MYSQL_ROUTER_PLUGINS. */
export const routerProgram = (): {
  readonly command: Program;
  readonly plugins: string | null;
} => ({
  command: fromSetting('TEST_MYSQL_ROUTER') ?? [installed('mysqlrouter')],
  plugins: process.env['TEST_MYSQL_ROUTER_PLUGINS'] ?? null,
});

function fromSetting(name: string): Program | null {
  const text = process.env[name];
  return text ? commandSchema.parse(JSON.parse(text)) : null;
}

function installed(name: string): string {
  try {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
    return execFileSync('/usr/bin/which', [name], { env: { PATH: path }, encoding: 'utf8' }).trim();
  } catch (cause) {
    throw new Error(`${name} is not installed: see the README of this folder`, { cause });
  }
}

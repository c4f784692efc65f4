import type { MigrationInterface, QueryRunner } from 'typeorm';
import { changeTable } from './change-table.ts';

type Script = { readonly up: readonly string[]; readonly down: readonly string[] };

/** A migration written as the SQL it runs, in the order of the digits that end its name. */
export type Migration = new () => MigrationInterface & { readonly name: string };

export const migration = (name: `${string}_${number}`, script: Script): Migration =>
  class implements MigrationInterface {
    readonly name = name;
    readonly up = (runner: QueryRunner): Promise<void> => runAll(runner, script.up);
    readonly down = (runner: QueryRunner): Promise<void> => runAll(runner, script.down);
  };

async function runAll(runner: QueryRunner, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await changeTable(runner, statement);
}

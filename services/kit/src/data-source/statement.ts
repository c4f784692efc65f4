/** What a statement needs from the connection that runs it. */
export type StatementKind =
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'savepoint'
  | 'set-transaction'
  /** Any node can answer it, and asking twice does no harm. */
  | 'read'
  /** Changes rows, or locks them. */
  | 'write'
  /** Implicitly commits and cannot be taken back. */
  | 'ddl'
  /** Leaves something behind in its session, or depends on what is there. */
  | 'session';

const head = /^(?:\s|\/\*[^!+][\s\S]*?\*\/|--[^\n]*\n|#[^\n]*\n|\()*([a-z]+)/i;
const quoted = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`/gs;
const locking =
  /\bfor\s+(?:update|share)\b|\block\s+in\s+share\s+mode\b|\binto\s+(?:outfile|dumpfile|@)/i;
const usesSession =
  /\b(?:get_lock|release_lock|release_all_locks|last_insert_id|found_rows|row_count|sql_calc_found_rows)\s*\(|\bsql_calc_found_rows\b|(?<!@)@(?!@)|:=/i;
const changesRows = /\b(?:insert|update|delete|replace)\b/i;

const byWord: ReadonlyMap<string, StatementKind> = new Map(
  Object.entries({
    begin: 'begin',
    commit: 'commit',
    savepoint: 'savepoint',
    release: 'savepoint',
    show: 'read',
    describe: 'read',
    desc: 'read',
    explain: 'read',
    lock: 'session',
    unlock: 'session',
    use: 'session',
    prepare: 'session',
    execute: 'session',
    deallocate: 'session',
    handler: 'session',
    alter: 'ddl',
    analyze: 'ddl',
    drop: 'ddl',
    grant: 'ddl',
    optimize: 'ddl',
    rename: 'ddl',
    revoke: 'ddl',
    truncate: 'ddl',
  } as const),
);

/** Words that tell nothing without what follows them. */
const byText: ReadonlyMap<string, (sql: string) => StatementKind> = new Map(
  Object.entries({
    select: kindOfQuery,
    table: kindOfQuery,
    values: kindOfQuery,
    with: (sql: string) =>
      changesRows.test(sql.replaceAll(quoted, "''")) ? 'write' : kindOfQuery(sql),
    set: (sql: string) => (/^\s*set\s+transaction\b/i.test(sql) ? 'set-transaction' : 'session'),
    start: (sql: string) => (/^\s*start\s+transaction\b/i.test(sql) ? 'begin' : 'write'),
    rollback: (sql: string) => (/\bto\b/i.test(sql) ? 'savepoint' : 'rollback'),
    create: (sql: string) => (/^\s*create\s+temporary\b/i.test(sql) ? 'session' : 'ddl'),
  }),
);

/**
 * Tells what to do with a statement without parsing SQL: when in doubt it is a write, which is
 * always safe and only costs the choice of node.
 */
export function classify(sql: string): StatementKind {
  const word = (head.exec(sql)?.[1] ?? '').toLowerCase();
  return byText.get(word)?.(sql) ?? byWord.get(word) ?? 'write';
}

const suspicious =
  /[@:]|\b(?:for|lock|into|insert|update|delete|replace)\b|found_rows|row_count|_lock|last_insert_id/i;

function kindOfQuery(sql: string): StatementKind {
  // Most reads have none of these words, and then there is nothing to take apart.
  if (!suspicious.test(sql)) return 'read';
  const bare = sql.replaceAll(quoted, "''");
  if (locking.test(bare)) return 'write';
  return usesSession.test(bare) ? 'session' : 'read';
}

import type { Answer, Parameters } from './connection.ts';
import { read } from './read.ts';
import { currentScope } from './scope.ts';
import { bind, nothingDone, pin, type Session, type Statement } from './session.ts';
import { runDirectly, writeOnce } from './single-write.ts';
import { classify, type StatementKind } from './statement.ts';
import { now } from './time.ts';
import { begin, runInTransaction } from './transaction.ts';

/** Runs one statement of a session where its kind and the session's state say. */
export async function execute(
  session: Session,
  sql: string,
  parameters?: Parameters,
): Promise<Answer> {
  const kind = classify(sql);
  const { transaction } = session;
  const deadline = Math.min(
    now() + session.access.options.writeDeadlineMs,
    currentScope()?.deadline ?? Infinity,
  );
  const statement: Statement = { sql, parameters, deadline };
  if (transaction) return runInTransaction(session, transaction, { kind, statement });
  return session.isPinned ? runPinned(session, kind, statement) : free[kind](session, statement);
}

type Runner = (session: Session, statement: Statement) => Promise<Answer>;

const free: Readonly<Record<StatementKind, Runner>> = {
  read: (session, statement) =>
    read(session.access, { ...statement, preference: preferenceOf(session) }),
  write: writeOnce,
  ddl: runDirectly,
  session: async (session, statement) => {
    pin(session, await bind(session, statement.deadline));
    return runDirectly(session, statement);
  },
  begin: async (session, { sql }) => begin(session, sql),
  'set-transaction': async (session, { sql }) => {
    session.prelude.push(sql);
    return nothingDone;
  },
  // There is no transaction to end or to divide.
  commit: async () => nothingDone,
  rollback: async () => nothingDone,
  savepoint: async () => nothingDone,
};

/** From the first statement that depends on its session on, the session is a plain connection. */
async function runPinned(
  session: Session,
  kind: StatementKind,
  statement: Statement,
): Promise<Answer> {
  return kind === 'begin' ? begin(session, statement.sql) : runDirectly(session, statement);
}

const preferenceOf = (session: Session): 'primary-first' | 'replica-first' =>
  session.wantsReplica ? session.access.options.readPreference : 'primary-first';

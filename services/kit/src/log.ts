import { pino, type Logger } from 'pino';

export type Log = Logger;

/** One line of JSON an entry, on standard output. Never log a value of a record: log its id. */
export const createLog = (name: string, level: string): Log =>
  pino({ name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime });

import { closeCluster, type Database, openCluster, openDatabase } from '@crm/kit/database/database';
import { AppError } from '@crm/kit/errors';
import {
  countWaiting,
  type DeadLetter,
  discardDeadLetter,
  findDeadLetter,
  listDeadLetters,
  replayDeadLetter,
} from '@crm/kit/event/dead-letter';
import { readConfig, serviceSettings } from '@crm/kit/server/config';
import type { Mesh } from './mesh.ts';
import { planApplication } from './plan.ts';
import { UserError } from './say.ts';
import { type Service, services } from './services.ts';

const usage = `npm run mesh -- dead-letters COMMAND
  list               events that a service could not apply, of all services
  show NAME          one of them, such as care/17, with the event
  replay NAME        has the service try it again now, and what waits behind it after that
  discard NAME       gives the event up for good`;

const shownMax = 200;

/** What an operator does about events that a consumer could not apply. */
export async function deadLetters(
  mesh: Mesh,
  [command = 'list', name = '']: string[],
): Promise<void> {
  try {
    print(await act(mesh, command, name));
  } catch (error) {
    throw error instanceof AppError ? new UserError(error.message, { cause: error }) : error;
  }
}

async function act(mesh: Mesh, command: string, name: string): Promise<string> {
  if (command === 'list') return listAll(mesh);
  const { service, id } = readName(name);
  return inSchema(mesh, service, async (db) => {
    switch (command) {
      case 'show':
        return show(db, id);
      case 'replay':
        await replayDeadLetter(db, id);
        return `${name} is tried again now: npm run mesh -- logs ${service}`;
      case 'discard':
        await discardDeadLetter(db, id);
        return `${name} is given up. ${service} goes on with what came after it.`;
      default:
        throw new UserError(usage);
    }
  });
}

async function listAll(mesh: Mesh): Promise<string> {
  const lines: string[] = [];
  for (const service of services) {
    const letters = await inSchema(mesh, service, (db) => listDeadLetters(db, { limit: shownMax }));
    lines.push(...letters.map((letter) => lineOf(service, letter)));
  }
  return lines.length === 0 ? 'No event is set aside.' : lines.join('\n');
}

const lineOf = (service: Service, { id, state, event, attempts, failure }: DeadLetter): string =>
  [
    `${service}/${id}`.padEnd(18),
    state.padEnd(9),
    `${event.type} of ${event.aggregate} ${event.aggregateId} version ${event.version}`,
    `after ${attempts} attempts: ${failure ?? ''}`,
  ].join(' ');

async function show(db: Database, id: number): Promise<string> {
  const letter = await findDeadLetter(db, id);
  if (!letter) throw new UserError(`There is no dead letter ${id}.`);
  return JSON.stringify({ ...letter, waitingBehind: await countWaiting(db, letter) }, null, 2);
}

function readName(name: string): { readonly service: Service; readonly id: number } {
  const [, given, id] = /^(\w+)\/(\d+)$/.exec(name) ?? [];
  const service = services.find((each) => each === given);
  if (!service) throw new UserError(usage);
  return { service, id: Number(id) };
}

/** As the service itself, so that an operator can do no more than it can. */
async function inSchema<Result>(
  mesh: Mesh,
  service: Service,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const [plan] = planApplication(mesh, service);
  const config = readConfig(serviceSettings, { ...plan?.env });
  const account = { user: config.MYSQL_USER, password: config.MYSQL_PASSWORD };
  const cluster = openCluster({ ...account, nodes: config.MYSQL_NODES });
  try {
    const access = { schema: config.MYSQL_SCHEMA, entities: [] };
    const db = await openDatabase({ cluster, ...account, ...access });
    try {
      return await work(db);
    } finally {
      await db.destroy();
    }
  } finally {
    closeCluster(cluster);
  }
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

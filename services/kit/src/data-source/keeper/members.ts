import { containsGtids } from '../gtid.ts';
import type { StoredRecord, TermRecord } from '../record.ts';
import type { Agent } from './agent.ts';
import { report, reportOnce, type Keeper } from './state.ts';

/**
 * Learns which server stands behind each name. One that was set up anew takes its place only when
 * it holds nothing but what the writer holds; another one is told of and left alone.
 */
export async function keepMembers(keeper: Keeper, record: StoredRecord): Promise<StoredRecord> {
  const writer = keeper.agents.find(({ node }) => node.name === record.writer);
  if (!writer?.isUp || record.phase !== 'serving') return record;
  const accepted: Agent[] = [];
  for (const agent of keeper.agents.filter((one) => isNew(record, one))) {
    if (mayJoin(record, agent, writer)) accepted.push(agent);
    else refuse(keeper, record, agent);
  }
  return accepted.length > 0 ? accept(keeper, record, accepted) : record;
}

async function accept(
  keeper: Keeper,
  record: StoredRecord,
  accepted: readonly Agent[],
): Promise<StoredRecord> {
  const members = { ...record.members };
  for (const { node, view } of accepted) if (view) members[node.name] = view.uuid;
  const { revision, ...known } = record;
  const next: TermRecord = { ...known, members };
  const stored = await keeper.store.writeRecord(next, revision);
  for (const { node, view } of accepted) {
    const message = `${node.name} is server ${view?.uuid} from now on`;
    report(keeper, 'member-replaced', { node: node.name, message });
  }
  return stored;
}

const isNew = (record: StoredRecord, { node, view, isUp }: Agent): boolean =>
  isUp && view !== null && record.members[node.name] !== view.uuid;

function mayJoin(record: StoredRecord, agent: Agent, writer: Agent): boolean {
  const { view } = agent;
  if (record.members[agent.node.name] === undefined) return true;
  if (agent === writer || !view || !writer.view) return false;
  return containsGtids(writer.view.gtids, view.gtids);
}

function refuse(keeper: Keeper, record: StoredRecord, { node, view }: Agent): void {
  const message = `At ${node.name} is server ${view?.uuid}, the record expects ${record.members[node.name]}`;
  reportOnce(keeper, 'stranger', { node: node.name, message });
}

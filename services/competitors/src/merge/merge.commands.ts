import type { RequestContext } from '@crm/kit/context';
import { invalid, notFound, ruleViolation } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { countReferences, moveReferences } from '@crm/kit/projection/moved-reference';
import { deleteMerged, saveMerged } from '@crm/kit/projection/survivor';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { mergedValues, valuesBefore } from '@crm/kit/record/merged-values';
import {
  insertRecords,
  lockForWriting,
  newRow,
  planChange,
  removeRecords,
  restoreRecord,
  writeChange,
  type Change,
} from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import { allowDeleting } from '../competitor/competitor.commands.ts';
import {
  competitorChanged,
  competitorMerged,
  competitorUnmerged,
} from '../competitor/competitor.events.ts';
import { CompetitorEntity, type Competitor } from '../competitor/competitor.fields.ts';
import { searchTextOf } from '../competitor/competitor.ts';
import { competitorReferences } from '../references.ts';
import { foldCompetition, foldFollows, renameProducts, type Pair } from './fold.ts';
import { CompetitorMergeEntity, type CompetitorMerge, type FoldedRecords } from './merge.fields.ts';
import { mergeRules } from './merge.ts';
import { currentCompetitors, mergedCompetitors } from './merged-competitors.ts';
import { unfold } from './unfold.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type MergeInput = Repeatable & {
  readonly survivorId: string;
  readonly mergedIds: readonly string[];
  readonly reason?: string | null;
};

const memory = rowMemory(CompetitorEntity);

const mergedMax = 10;
/** More than that would hold the records of others for too long. */
const recordsMax = 20_000;

/** Makes one competitor of several. Whatever names the merged ones names the survivor then. */
export const mergeCompetitors = (context: RequestContext, input: MergeInput): Promise<Competitor> =>
  runCommand(context, { name: 'mergeCompetitors', input, memory }, async (work) => {
    allowDeleting(work.viewer);
    const ids = await currentIds(work, input);
    await lockByIds(work.manager, CompetitorEntity, ids);
    const [survivorId = '', ...mergedIds] = ids;
    for (const mergedId of mergedIds) {
      const survivor = await lockForWriting(work, CompetitorEntity, survivorId);
      const merged = await lockForWriting(work, CompetitorEntity, mergedId);
      await mergeOne(work, { survivor, merged }, input.reason ?? null);
    }
    return memory.recall(work.manager, survivorId);
  });

/** The survivor and the others, as they are known since earlier merges. */
async function currentIds(
  { manager }: Work,
  { survivorId, mergedIds }: MergeInput,
): Promise<string[]> {
  if (mergedIds.length === 0 || mergedIds.length > mergedMax) {
    const message = `takes 1 to ${mergedMax} competitors`;
    throw invalid(`mergedIds ${message}`, [{ path: 'mergedIds', message }]);
  }
  const given = [survivorId, ...mergedIds];
  for (const id of given) if (!isId(id)) throw notFound(CompetitorEntity.name, id);
  const current = await currentCompetitors(manager, given);
  const ids = given.map((id) => current.get(id) ?? id.toLowerCase());
  if (new Set(ids).size < ids.length) throw ruleViolation('Some of them are one already');
  return ids;
}

async function mergeOne(work: Work, pair: Pair, reason: string | null): Promise<void> {
  const { survivor, merged } = pair;
  const counting = { id: merged.id, max: recordsMax, kind: mergedCompetitors };
  if ((await countReferences(work, competitorReferences, counting)) > recordsMax) {
    throw ruleViolation(
      `More than ${recordsMax} records name the competitor: merge it the other way`,
    );
  }
  const folded: FoldedRecords = {
    contests: await foldCompetition(work, pair),
    follows: await foldFollows(work, pair),
    products: await renameProducts(work, pair),
  };
  const [gone = merged] = await removeRecords(work, CompetitorEntity, [merged]);
  await saveMerged(work.manager, { id: merged.id, survivorId: survivor.id }, mergedCompetitors);
  const values = mergedValues(mergeRules, { survivor, merged, takeFields: [] });
  const { changes } = await giveValues(work, survivor, values);
  await move(work, { merged, survivor, isMerged: true });
  await competitorMerged(work, gone, survivor.id);
  const { id, code, name } = merged;
  const row = newRow(work, CompetitorMergeEntity, {
    values: new Map<string, unknown>(
      Object.entries({
        survivorId: survivor.id,
        mergedId: id,
        merged: { id, code, name },
        reason,
        changes,
        folded,
      }),
    ),
    rules: {},
  });
  await insertRecords(work, CompetitorMergeEntity, [row]);
}

/** Changes a competitor without a client's input: what it is given was checked when it was entered. */
async function giveValues(
  work: Work,
  before: Competitor,
  values: ReadonlyMap<string, unknown>,
): Promise<Change<Competitor>> {
  const rules = { derive: (row: Competitor) => ({ searchText: searchTextOf(row) }) };
  const { changes } = planChange(CompetitorEntity, before, { values, rules });
  const change = await writeChange(work, CompetitorEntity, { before, changes });
  await competitorChanged(work, [change]);
  return change;
}

const move = (
  work: Work,
  { merged, survivor, isMerged }: Pair & { readonly isMerged: boolean },
): Promise<void> =>
  moveReferences(work, competitorReferences, {
    kind: mergedCompetitors,
    mergedId: merged.id,
    survivorId: survivor.id,
    isMerged,
  });

const mergeMemory = rowMemory(CompetitorMergeEntity);

/** Undoes a merge: the merged competitor and all that was its own are as they were. */
export const unmergeCompetitor = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<CompetitorMerge> =>
  runCommand(
    context,
    { name: 'unmergeCompetitor', input, memory: mergeMemory },
    async (work): Promise<CompetitorMerge> => {
      allowDeleting(work.viewer);
      if (!isId(input.id)) throw notFound(CompetitorMergeEntity.name, input.id);
      const merge = await lockForWriting(work, CompetitorMergeEntity, input.id);
      const { survivorId, mergedId } = merge;
      if (merge.reversedAt !== null) throw ruleViolation('The merge was undone already');
      if ((await currentCompetitors(work.manager, [survivorId])).size > 0) {
        throw ruleViolation('The survivor was merged itself: undo that merge first');
      }
      await lockByIds(work.manager, CompetitorEntity, [survivorId, mergedId]);
      const before = await lockForWriting(work, CompetitorEntity, survivorId);
      const back = valuesBefore(CompetitorEntity, merge.changes, before);
      const { after: survivor } = await giveValues(work, before, back);
      await deleteMerged(work.manager, mergedId, mergedCompetitors);
      const merged = await restoreRecord(work, CompetitorEntity, mergedId);
      await competitorUnmerged(work, merged, survivorId);
      await move(work, { merged, survivor, isMerged: false });
      await unfold(work, merge.folded);
      const { after } = await writeChange(work, CompetitorMergeEntity, {
        before: merge,
        changes: {
          reversedAt: { from: null, to: work.now },
          reversedById: { from: null, to: work.viewer.staffId },
        },
      });
      return after;
    },
  );

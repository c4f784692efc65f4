import type { RequestContext } from '@crm/kit/context';
import { invalid, notFound, ruleViolation } from '@crm/kit/errors';
import { publishRows } from '@crm/kit/event/publish';
import { isId } from '@crm/kit/id';
import { countReferences, moveReferences } from '@crm/kit/projection/moved-reference';
import { saveMerged } from '@crm/kit/projection/survivor';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { mergedValues } from '@crm/kit/record/merged-values';
import { lockForWriting, removeRecords, writeChange } from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import { CompetitorMerged } from '@crm/schemas/events/competitor';
import { allowDeleting } from '../competitor/competitor.commands.ts';
import { competitorChanged } from '../competitor/competitor.events.ts';
import { CompetitorEntity, type Competitor } from '../competitor/competitor.fields.ts';
import { searchTextOf } from '../competitor/competitor.ts';
import { competitorReferences } from '../references.ts';
import { foldCompetition, foldFollows, renameProducts, type Pair } from './fold.ts';
import { mergeRules } from './merge.ts';
import { currentCompetitors, mergedCompetitors } from './merged-competitors.ts';

type MergeInput = {
  readonly survivorId: string;
  readonly mergedIds: readonly string[];
  readonly clientMutationId?: string | null;
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
      await mergeOne(work, {
        survivor,
        merged: await lockForWriting(work, CompetitorEntity, mergedId),
      });
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

async function mergeOne(work: Work, pair: Pair): Promise<void> {
  const { survivor, merged } = pair;
  const counting = { id: merged.id, max: recordsMax, kind: mergedCompetitors };
  if ((await countReferences(work, competitorReferences, counting)) > recordsMax) {
    throw ruleViolation(
      `More than ${recordsMax} records name the competitor: merge it the other way`,
    );
  }
  await foldCompetition(work, pair);
  await foldFollows(work, pair);
  await renameProducts(work, pair);
  const [gone = merged] = await removeRecords(work, CompetitorEntity, [merged]);
  await saveMerged(work.manager, { id: merged.id, survivorId: survivor.id }, mergedCompetitors);
  await giveValues(work, pair);
  const move = { mergedId: merged.id, survivorId: survivor.id, isMerged: true };
  await moveReferences(work, competitorReferences, { ...move, kind: mergedCompetitors });
  await publishRows(work, {
    type: CompetitorMerged,
    rows: [gone],
    customerId: () => null,
    data: () => ({ survivorId: survivor.id }),
  });
}

/** What the survivor lacks it is given; lists are joined. */
async function giveValues(work: Work, { survivor, merged }: Pair): Promise<void> {
  const values = mergedValues(mergeRules, { survivor, merged, takeFields: [] });
  const flagshipProducts = values.get('flagshipProducts');
  if (Array.isArray(flagshipProducts)) {
    values.set('searchText', searchTextOf({ ...survivor, flagshipProducts }));
  }
  const changes = changesOf(CompetitorEntity, survivor, values);
  const change = await writeChange(work, CompetitorEntity, { before: survivor, changes });
  await competitorChanged(work, [change]);
}

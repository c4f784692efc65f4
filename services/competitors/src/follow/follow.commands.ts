import type { RequestContext } from '@crm/kit/context';
import { forbidden, notFound } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { readsCompany } from '@crm/kit/record/policy';
import { createRecord, removeRecords } from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import { withCurrentCompetitor } from '../merge/merged-competitors.ts';
import { CompetitorEntity, type Competitor } from '../competitor/competitor.fields.ts';
import { CompetitorFollowEntity } from './follow.fields.ts';
import { lockFollow } from './follow.repository.ts';

type FollowInput = { readonly id: string; readonly clientMutationId?: string | null };

const memory = rowMemory(CompetitorEntity);

/** Whoever may read of competitors may follow them. Following twice is following. */
export const followCompetitor = (
  context: RequestContext,
  input: FollowInput,
): Promise<Competitor> =>
  runCommand(context, { name: 'followCompetitor', input, memory }, async (work) => {
    const { competitor, pair } = await readPair(work, input);
    if (!(await lockFollow(work, pair))) {
      await createRecord(work, CompetitorFollowEntity, { input: pair, rules: {} });
    }
    return competitor;
  });

export const unfollowCompetitor = (
  context: RequestContext,
  input: FollowInput,
): Promise<Competitor> =>
  runCommand(context, { name: 'unfollowCompetitor', input, memory }, async (work) => {
    const { competitor, pair } = await readPair(work, input);
    const follow = await lockFollow(work, pair);
    if (follow) await removeRecords(work, CompetitorFollowEntity, [follow]);
    return competitor;
  });

async function readPair(work: Work, input: FollowInput) {
  const { manager, viewer } = work;
  const { id } = await withCurrentCompetitor(work, input, 'id');
  const [competitor] = readsCompany(viewer)
    ? await findByIds(manager, CompetitorEntity, { ids: [id].filter(isId) })
    : [];
  if (!competitor) throw notFound(CompetitorEntity.name, id);
  if (viewer.staffId === null) throw forbidden('Only members of staff follow competitors');
  return { competitor, pair: { competitorId: competitor.id, staffId: viewer.staffId } };
}

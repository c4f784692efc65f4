import type { RequestContext } from '@crm/kit/context';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { lockForWriting, writeChange } from '@crm/kit/record/record';
import { SuppressedAddressEntity, type SuppressedAddress } from './suppressed-address.fields.ts';

type LiftInput = {
  readonly id: string;
  readonly note: string;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(SuppressedAddressEntity);
const noteMax = 500;

/** Lets an address be used again, for a reason that is kept. */
export const liftSuppression = (
  context: RequestContext,
  input: LiftInput,
): Promise<SuppressedAddress> =>
  runCommand(context, { name: 'liftSuppression', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'suppressed addresses');
    const note = input.note.trim();
    if (note === '' || Array.from(note).length > noteMax || note.includes('\0')) {
      const message = `must be a text of 1 to ${noteMax} characters`;
      throw refused(SuppressedAddressEntity, [{ path: 'note', message }]);
    }
    const before = await lockForWriting(work, SuppressedAddressEntity, input.id);
    if (before.liftedAt !== null) return before;
    const { staffId } = work.viewer;
    const step = { liftedAt: work.now, liftedById: staffId, note };
    const changes = changesOf(SuppressedAddressEntity, before, new Map(Object.entries(step)));
    return (await writeChange(work, SuppressedAddressEntity, { before, changes })).after;
  });

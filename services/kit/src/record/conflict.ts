import { AppError } from '../errors.ts';
import { changesSince, type Changes } from './audit.ts';
import type { Work } from './command.ts';
import { customOverlaps } from './difference.ts';
import { columnNamed, type Entity, type Stamps } from './entity.ts';
import { readingOf } from './policy.ts';

/** Refuses changes of fields that somebody else has changed since the version that the client saw. */
export async function refuseOverlap<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  {
    before,
    expectedVersion,
    changes,
  }: { readonly before: Row; readonly expectedVersion: number; readonly changes: Changes },
): Promise<void> {
  if (expectedVersion > before.version) throw conflict(entity, before, []);
  const since = await changesSince(work.manager, {
    entity,
    id: before.id,
    version: expectedVersion,
  });
  const overlaps = Object.entries(changes).flatMap(([path, { from, to }]) => {
    if (path === 'customFields') return customOverlaps(since, { from, to });
    const first = since.find((each) => Object.hasOwn(each, path));
    if (!first) return [];
    const isReadable =
      readingOf(work.viewer, columnNamed(entity, path)?.field.class ?? 'INTERNAL') === 'read';
    return [isReadable ? { path, base: first[path]?.from, theirs: from, yours: to } : { path }];
  });
  if (overlaps.length > 0) throw conflict(entity, before, overlaps);
}

export const conflict = (
  entity: Entity,
  { version }: Stamps,
  overlaps: readonly { readonly path: string }[],
): AppError =>
  new AppError(
    'CONFLICT',
    overlaps.length > 0
      ? `${entity.name} was changed meanwhile: ${overlaps.map(({ path }) => path).join(', ')}`
      : `${entity.name} is at version ${version}: read it again`,
    { currentVersion: version, conflicts: overlaps },
  );

import type { RequestContext } from '@crm/kit/context';
import { AppError } from '@crm/kit/errors';
import type { Work } from '@crm/kit/record/command';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { allow, scopeOf } from '@crm/kit/record/policy';
import { toContactPoints } from '../person/contact-point.ts';
import type { PersonInput } from '../person/person.commands.ts';
import { wholeBirthday } from '../person/person.ts';
import { findDuplicates, findDuplicatesOf } from './duplicate.repository.ts';
import { byScore, isLikely, keysOf, scoreOf, type PersonDuplicate } from './duplicate.ts';

type Described = PersonInput & { readonly name?: string | null };

const recognisable = ({ name, birthday, contactPoints }: Described) => ({
  name: name ?? '',
  birthday: birthday ? wholeBirthday(birthday) : null,
  contactPoints: contactPoints ? toContactPoints(contactPoints) : null,
});

/** People who may be the one described, the most alike first. */
export async function checkDuplicates(
  { app, viewer }: RequestContext,
  input: Described,
): Promise<PersonDuplicate[]> {
  allow(viewer, 'write', 'people');
  const keys = keysOf(recognisable(input));
  return byScore(await findDuplicates(app.db.manager, keys, { viewer, now: app.now() }));
}

const matchesTold = 10;

/** Refuses a new person who very likely is there, unless the caller has seen so and goes on. */
export async function refuseDuplicates(
  { manager, viewer, now }: Work,
  input: Described,
  isAccepted: boolean,
): Promise<void> {
  if (isAccepted) return;
  const found = await findDuplicates(manager, keysOf(recognisable(input)), { viewer, now });
  const likely = byScore(found).filter(isLikely);
  if (likely.length === 0) return;
  const existing = likely.find(({ isVisible }) => isVisible);
  throw new AppError('DUPLICATE', 'A person like this one is there already', {
    fields: [{ path: 'name', message: 'and what is beside it are those of another person' }],
    ...(existing && { existingId: existing.personId }),
    isAcceptable: true,
    matches: likely.slice(0, matchesTold).map(shown),
  });
}

/** Who may not read a match learns that it exists and whose team has it, and nothing else. */
const shown = (match: PersonDuplicate): object => ({
  score: scoreOf(match),
  fields: match.fields,
  teamId: match.teamId,
  personId: match.isVisible ? match.personId : null,
});

/** The matches of many people in one statement. */
export const duplicatesLoader = ({
  app,
  viewer,
}: RequestContext): Loader<readonly PersonDuplicate[]> =>
  loaderBy(async (personIds) => {
    // What others have is shown to those alone who may do something about it.
    if (scopeOf(viewer, 'write') === 'none') return new Map();
    const asked = { viewer, now: app.now() };
    const found = await findDuplicatesOf(app.db.manager, personIds, asked);
    return new Map(
      personIds.map((id) => [
        id,
        byScore(found.filter(({ ofPerson }) => ofPerson === id).map(({ match }) => match)),
      ]),
    );
  });

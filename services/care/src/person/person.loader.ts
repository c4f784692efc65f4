import type { RequestContext } from '@crm/kit/context';
import { survivorsOf } from '@crm/kit/projection/survivor';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { mergedPeople } from './merged-people.ts';

/** The id by which a person is known now, for all people of a request in one statement. */
export const currentPersonLoader = ({ app }: RequestContext): Loader<string> =>
  loaderBy(async (ids) => {
    const survivors = await survivorsOf(app.db.manager, ids, mergedPeople);
    return new Map(ids.map((id) => [id, survivors.get(id) ?? id]));
  });

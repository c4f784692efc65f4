import type { RequestContext } from '@crm/kit/context';
import { isId } from '@crm/kit/id';
import type { PageArgs } from '@crm/kit/record/page';
import { pagesBy, type PagesBy } from '@crm/kit/record/pages-by';
import { scopeSql } from '@crm/kit/record/policy';
import { isChannel, type ContactChannel } from '../preference/contact-channel.ts';
import { ConsentEntity, type Consent, type ConsentPurpose } from './consent.fields.ts';
import { findState } from './consent.repository.ts';
import { permissionFor, standing, type ContactPermission } from './consent.ts';

/** When a state is wanted that held at another moment than now. */
export type AsOf = { readonly asOf: string | null };

export type ConsentStates = PagesBy<AsOf, readonly Consent[]>;

/** What people have decided for each purpose and channel, for many people in one statement. */
export const consentStates = ({ app, viewer }: RequestContext): ConsentStates =>
  pagesBy(async (personIds, { asOf }) => {
    const now = app.now();
    const rows = await findState(app.db.manager, {
      personIds: personIds.filter(isId),
      asOf: asOf === null ? now : new Date(asOf),
      scope: scopeSql(viewer, 'read', { entity: ConsentEntity, alias: 't', now }),
    });
    const states = new Map<string, Consent[]>(personIds.map((id) => [id, []]));
    for (const row of rows) states.get(row.personId)?.push(row);
    return new Map([...states].map(([id, state]) => [id, standing(state)]));
  });

export const asOfArg = (asOf: Date | null | undefined): AsOf => ({
  asOf: asOf?.toISOString() ?? null,
});

/** The arguments of a list of decisions, which begins with the latest. */
export const latestDecisionFirst = <Args extends PageArgs>(args: Args): Args => ({
  ...args,
  orderBy: args.orderBy?.length ? args.orderBy : [{ field: 'at', direction: 'DESC' }],
});

type Question = {
  readonly personId: string;
  readonly purpose: ConsentPurpose;
  readonly channel: ContactChannel;
};

export async function contactPermission(
  preferenceOf: () => Promise<{ readonly doNotContact: readonly string[] } | null>,
  states: ConsentStates,
  { personId, ...wanted }: Question,
): Promise<ContactPermission> {
  const [preference, state] = await Promise.all([
    preferenceOf(),
    states.load(personId, asOfArg(null)),
  ]);
  const doNotContact = (preference?.doNotContact ?? []).filter(isChannel);
  return permissionFor({ doNotContact }, state, wanted);
}

import type { FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import type { Entity, Stamps } from '@crm/kit/record/entity';
import { findByIds } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { PersonPulseEntity } from '../person/person.fields.ts';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import { MessageTemplateEntity } from '../template/template.fields.ts';
import type { ChannelTemplate } from './plan.fields.ts';
import type { GivenAudience } from './plan.ts';

type Naming = {
  readonly audience?: GivenAudience | null | undefined;
  readonly templates?: readonly ChannelTemplate[] | null | undefined;
};

type Named = { readonly path: string; readonly id: string };

/** Whom and what a plan names and nobody knows. Of segments none is known before it has a member. */
export async function unknownProblems(
  manager: EntityManager,
  { audience, templates }: Naming,
): Promise<FieldProblem[]> {
  const customers = namedIn('audience.customerIds', audience?.customerIds);
  const people = namedIn('audience.personIds', audience?.personIds);
  const texts = (templates ?? []).map(({ templateId: id }, at) => ({
    path: `templates.${at}.templateId`,
    id,
  }));
  return [
    ...(await unknownOf(manager, PulseEntity, customers)),
    ...(await unknownOf(manager, PersonPulseEntity, people)),
    ...(await unknownOf(manager, MessageTemplateEntity, texts)),
  ];
}

const namedIn = (path: string, ids: readonly string[] | null | undefined): readonly Named[] =>
  (ids ?? []).map((id) => ({ path, id }));

const problemsMax = 10;
const unknown = 'is not known; what was made a moment ago soon is: try again then';

/** What is no id at all is told elsewhere. */
async function unknownOf<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  named: readonly Named[],
): Promise<readonly FieldProblem[]> {
  const asked = named.filter(({ id }) => isId(id));
  if (asked.length === 0) return [];
  const found = await findByIds(manager, entity, { ids: asked.map(({ id }) => id) });
  const known = new Set(found.map(({ id }) => id));
  return asked
    .filter(({ id }) => !known.has(id))
    .slice(0, problemsMax)
    .map(({ path, id }) => ({ path, message: `${id} ${unknown}` }));
}

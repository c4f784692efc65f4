import type { RequestContext } from '@crm/kit/context';
import type { Entity } from '@crm/kit/record/entity';
import { idToBytes } from '@crm/kit/id';
import { scopeOf, scopeSql } from '@crm/kit/record/policy';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { StaffMemberEntity } from '../directory/directory.fields.ts';
import type { SubjectType } from '../indicator/indicator.ts';
import { subjectEntities } from '../indicator/subject.ts';

export const subjectEntity = (subjectType: SubjectType): Entity => subjectEntities[subjectType];

/**
 * Whoever may read a subject may read its scores: a condition on a row `t` of the subject. Of staff,
 * whom everybody knows, those are one's own, and for managers those of their teams.
 */
export function readableSubject({ app, viewer }: RequestContext, entity: Entity): Sql {
  const now = app.now();
  const may = scopeSql(viewer, 'read', { entity, alias: 't', now });
  const isOf = entity === StaffMemberEntity ? staffSql(viewer) : raw('TRUE');
  return sql`t.deletedAt IS NULL AND ${may} AND ${isOf}`;
}

function staffSql(viewer: RequestContext['viewer']): Sql {
  if (scopeOf(viewer, 'manage') === 'all' || viewer.roles.includes('analyst')) return raw('TRUE');
  const teams = viewer.roles.includes('manager') ? viewer.teamIds.map(idToBytes) : [];
  const self = viewer.staffId === null ? null : idToBytes(viewer.staffId);
  return sql`(t.id = ${self} OR t.teamId IN (${teams}))`;
}

/** The same of the subject that a row `s` of scores names. */
export const isReadable = (context: RequestContext, subjectType: SubjectType): Sql => {
  const entity = subjectEntity(subjectType);
  return sql`EXISTS (SELECT 1 FROM ${raw(`\`${entity.table}\``)} t
    WHERE t.id = s.subjectId AND ${readableSubject(context, entity)})`;
};

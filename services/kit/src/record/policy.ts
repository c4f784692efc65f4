import type { AccessRule, Entity, SubjectRule } from './entity.ts';
import { forbidden } from '../errors.ts';
import type { FieldClass } from './field.ts';
import { idToBytes } from '../id.ts';
import { and, or, raw, sql, type Sql } from '../sql.ts';
import type { Role, Viewer } from '../viewer.ts';

/** Whose records a role reaches, from narrow to wide; each holds those before it. */
export const scopes = ['none', 'own', 'shared', 'team', 'team_tree', 'all'] as const;

export type Scope = (typeof scopes)[number];

/** `manage` is the right to change what the company set up: terms, custom fields, staff. */
export type Action = 'read' | 'write' | 'manage';

/** What becomes of a value whose class the role may not read. */
export type Reading = 'hide' | 'mask' | 'read';

type RoleRule = {
  readonly scopes: Readonly<Record<Action, Scope>>;
  readonly classes: Readonly<Record<FieldClass, Reading>>;
  /** What it may do beside that in one service, by the name of the service. */
  readonly at?: Readonly<Record<string, Partial<Record<Action, Scope>>>>;
};

const open = { PUBLIC: 'read', INTERNAL: 'read' } as const;

/** The access rules, once and for every service: role, then action to scope and class to reading. */
export const policy: Readonly<Record<Role, RoleRule>> = {
  rep: {
    scopes: { read: 'team', write: 'own', manage: 'none' },
    classes: { ...open, CONFIDENTIAL: 'mask', PERSONAL: 'read', SENSITIVE: 'hide' },
  },
  manager: {
    scopes: { read: 'team_tree', write: 'team_tree', manage: 'none' },
    classes: { ...open, CONFIDENTIAL: 'read', PERSONAL: 'read', SENSITIVE: 'hide' },
  },
  care_agent: {
    scopes: { read: 'all', write: 'none', manage: 'none' },
    classes: { ...open, CONFIDENTIAL: 'hide', PERSONAL: 'read', SENSITIVE: 'hide' },
    at: { care: { write: 'all' } },
  },
  analyst: {
    scopes: { read: 'all', write: 'none', manage: 'none' },
    classes: { ...open, CONFIDENTIAL: 'read', PERSONAL: 'mask', SENSITIVE: 'hide' },
  },
  partner: {
    scopes: { read: 'shared', write: 'none', manage: 'none' },
    classes: { ...open, CONFIDENTIAL: 'hide', PERSONAL: 'hide', SENSITIVE: 'hide' },
  },
  admin: {
    scopes: { read: 'all', write: 'all', manage: 'all' },
    classes: { ...open, CONFIDENTIAL: 'read', PERSONAL: 'read', SENSITIVE: 'read' },
  },
  service: {
    scopes: { read: 'all', write: 'all', manage: 'all' },
    classes: { ...open, CONFIDENTIAL: 'read', PERSONAL: 'read', SENSITIVE: 'read' },
  },
};

const readings: readonly Reading[] = ['hide', 'mask', 'read'];

/** The widest scope of the viewer's roles. */
export const scopeOf = (viewer: Viewer, action: Action): Scope =>
  widest(
    scopes,
    viewer.roles.flatMap((role) => [
      policy[role].scopes[action],
      policy[role].at?.[viewer.at ?? '']?.[action] ?? 'none',
    ]),
    'none',
  );

/** How the viewer reads a class. Sensitive values need a stated purpose beside the right. */
export function readingOf(viewer: Viewer, fieldClass: FieldClass): Reading {
  if (fieldClass === 'SENSITIVE' && viewer.purpose === null) return 'hide';
  return widest(
    readings,
    viewer.roles.map((role) => policy[role].classes[fieldClass]),
    'hide',
  );
}

/** Whether a purpose, and nothing else, is what the viewer needs to read what is sensitive. */
export const needsPurpose = (viewer: Viewer): boolean =>
  viewer.purpose === null && viewer.roles.some((role) => policy[role].classes.SENSITIVE !== 'hide');

const widest = <Step>(order: readonly Step[], steps: readonly Step[], none: Step): Step =>
  steps.reduce((best, step) => (order.indexOf(step) > order.indexOf(best) ? step : best), none);

/** Refuses what no role of the viewer may do to any record of this kind. */
export function allow(viewer: Viewer, action: Action, what: string): void {
  if (scopeOf(viewer, action) === 'none') throw forbidden(`You may not ${action} ${what}`);
}

type ScopeOf = {
  readonly entity: Entity;
  readonly alias: string;
  readonly now: Date;
  /** False leaves out what was merely shared with the viewer. */
  readonly isShareEnough?: boolean;
};

/** The rows of `entity` that the viewer may do `action` to, as a condition on the row `alias`. */
export const scopeSql = (viewer: Viewer, action: Action, scoped: ScopeOf): Sql =>
  or(scopeParts(viewer, action, scoped));

/** The same as conditions of which one is enough: each of them may have a key of its own. */
export function scopeParts(viewer: Viewer, action: Action, scoped: ScopeOf): readonly Sql[] {
  const parts = reachedParts(viewer, action, scoped);
  if (action !== 'read') return parts;
  const hidden = scoped.entity.rowClasses
    .filter(({ class: rowClass }) => readingOf(viewer, rowClass) !== 'read')
    .map(({ when }) => raw(`NOT (${when(scoped.alias)})`));
  return hidden.length === 0 ? parts : parts.map((part) => and([...hidden, part]));
}

function reachedParts(
  viewer: Viewer,
  action: Action,
  { entity, alias, now, isShareEnough = true }: ScopeOf,
): readonly Sql[] {
  const { access } = entity;
  const reach = { action, scope: scopeOf(viewer, action), alias, now, isShareEnough };
  return access.by === 'owner' && reach.scope !== 'all' && reach.scope !== 'none'
    ? ownerParts(viewer, { ...reach, owner: access.owner, team: access.team })
    : [accessSql(viewer, access, reach)];
}

/** Whoever reaches all records is held by the rules that are of accounts and of people alone. */
function accessSql(viewer: Viewer, access: AccessRule, reach: Reach): Sql {
  if (access.by === 'subject') return subjectSql(viewer, access, reach.alias);
  if (reach.scope === 'none') return raw('FALSE');
  if (access.by === 'staff') return staffSql(viewer, access.column, reach);
  if (access.by === 'value') return valueSql(viewer, access, reach);
  if (access.by === 'record') return recordSql(viewer, access, reach);
  return reach.scope === 'all' ? raw('TRUE') : ruleSql(viewer, access, reach);
}

const managesAll = (viewer: Viewer): boolean => scopeOf(viewer, 'manage') === 'all';

const staffSql = (viewer: Viewer, column: string, { alias }: Reach): Sql =>
  managesAll(viewer)
    ? raw('TRUE')
    : sql`${raw(`${alias}.\`${column}\``)} = ${viewer.staffId === null ? null : idToBytes(viewer.staffId)}`;

const valueSql = (viewer: Viewer, { column, of }: ValueRule, reach: Reach): Sql =>
  managesAll(viewer)
    ? raw('TRUE')
    : or(
        Object.entries(of).map(
          ([value, rule]) =>
            sql`(${raw(`${reach.alias}.\`${column}\``)} = ${value} AND ${accessSql(viewer, rule, reach)})`,
        ),
      );

export type Owned = { readonly ownerId: string | null; readonly teamId: string | null };

/**
 * Whether the viewer may read what has this owner, as `scopeSql` says it of a row. Grants are left
 * out: they lie in the database.
 */
export const readsOwned = (viewer: Viewer, owned: Owned): boolean =>
  reachesOwned(viewer, 'read', owned);

/** The same for any action. */
export function reachesOwned(viewer: Viewer, action: Action, { ownerId, teamId }: Owned): boolean {
  const scope = scopeOf(viewer, action);
  if (scope === 'all') return true;
  if (scope === 'none') return false;
  const teams = scope === 'team' ? viewer.teamIds.slice(0, 1) : viewer.teamIds;
  const isOwner = ownerId !== null && ownerId === viewer.staffId;
  return isOwner || (reaches(scope, 'team') && teamId !== null && teams.includes(teamId));
}

/**
 * Whose records the viewer reads as one's own or as one's teams', beside what is shared and what comes
 * with other records. Null for those who read everybody's.
 */
export function ownersRead(viewer: Viewer): OwnersRead | null {
  const scope = scopeOf(viewer, 'read');
  if (scope === 'all') return null;
  const teams = scope === 'team' ? viewer.teamIds.slice(0, 1) : viewer.teamIds;
  return { staffId: viewer.staffId, teamIds: reaches(scope, 'team') ? teams : [] };
}

export type OwnersRead = { readonly staffId: string | null; readonly teamIds: readonly string[] };

/** Whether the viewer may read what everyone in the company may. */
export function readsCompany(viewer: Viewer): boolean {
  const scope = scopeOf(viewer, 'read');
  return scope === 'all' || (scope !== 'none' && !viewer.roles.includes('partner'));
}

const reaches = (scope: Scope, wanted: Scope): boolean =>
  scopes.indexOf(scope) >= scopes.indexOf(wanted);

/** An account's own things are its own whatever its roles reach, and nobody else's but of those who manage. */
function subjectSql(viewer: Viewer, { column, of }: SubjectRule, alias: string): Sql {
  if (managesAll(viewer)) return raw('TRUE');
  const isOwn = (from: string): Sql => sql`${raw(`${from}.\`${column}\``)} = ${viewer.subject}`;
  if (!of) return isOwn(alias);
  return sql`EXISTS (SELECT 1 FROM ${raw(`\`${of.table}\` owning WHERE owning.id = ${alias}.\`${of.column}\``)}
    AND ${isOwn('owning')})`;
}

type ValueRule = Extract<AccessRule, { readonly by: 'value' }>;

type Reach = {
  readonly action: Action;
  readonly scope: Scope;
  readonly alias: string;
  readonly now: Date;
  readonly isShareEnough: boolean;
};

type OwnedRule = Exclude<AccessRule, { readonly by: 'record' | 'staff' | 'subject' | 'value' }>;

function ruleSql(viewer: Viewer, access: OwnedRule, reach: Reach): Sql {
  switch (access.by) {
    case 'company':
      return companySql(viewer, reach, access.writers === 'staff');
    case 'owner':
      return ownerSql(viewer, { ...reach, owner: access.owner, team: access.team });
    case 'parent':
      return owningSql(viewer, reach, {
        from: `\`${access.table}\` owning`,
        where: `owning.id = ${reach.alias}.\`${access.column}\``,
      });
    case 'link':
      return owningSql(viewer, reach, {
        from: `\`${access.table}\` link JOIN \`${access.parentTable}\` owning ON owning.id = link.\`${access.parentColumn}\``,
        where: `link.\`${access.column}\` = ${reach.alias}.\`${access.from ?? 'id'}\` AND link.deletedAt IS NULL`,
      });
    case 'any':
      return or(access.of.map((each) => accessSql(viewer, each, reach)));
    case 'all':
      return and(access.of.map((each) => accessSql(viewer, each, reach)));
  }
}

const companySql = ({ roles }: Viewer, { action }: Reach, isWritable: boolean): Sql =>
  raw(
    (action === 'read' || (action === 'write' && isWritable)) && !roles.includes('partner')
      ? 'TRUE'
      : 'FALSE',
  );

type RecordRule = Extract<AccessRule, { readonly by: 'record' }>;

function recordSql(viewer: Viewer, { column, of }: RecordRule, reach: Reach): Sql {
  const { table, access } = of();
  const alias = `${reach.alias}_${column}`;
  return sql`EXISTS (SELECT 1 FROM ${raw(`\`${table}\` ${alias}`)}
    WHERE ${raw(`${alias}.id = ${reach.alias}.\`${column}\` AND ${alias}.deletedAt IS NULL`)}
      AND ${accessSql(viewer, access, { ...reach, alias })})`;
}

/** Some row `owning` is there whose owner may. */
function owningSql(
  viewer: Viewer,
  reach: Reach,
  { from, where }: { readonly from: string; readonly where: string },
): Sql {
  const isAllowed = ownerSql(viewer, {
    ...reach,
    alias: 'owning',
    owner: 'ownerId',
    team: 'teamId',
  });
  return sql`EXISTS (SELECT 1 FROM ${raw(from)} WHERE ${raw(where)} AND ${isAllowed})`;
}

type OwnerColumns = Reach & { readonly owner: string; readonly team: string };

const ownerSql = (viewer: Viewer, columns: OwnerColumns): Sql => or(ownerParts(viewer, columns));

function ownerParts(viewer: Viewer, { owner, team, ...reach }: OwnerColumns): readonly Sql[] {
  const { scope, alias } = reach;
  const teams = scope === 'team' ? viewer.teamIds.slice(0, 1) : viewer.teamIds;
  const parts: readonly (readonly [boolean, Sql])[] = [
    [
      viewer.staffId !== null,
      sql`${raw(`${alias}.\`${owner}\``)} = ${viewer.staffId === null ? null : idToBytes(viewer.staffId)}`,
    ],
    [
      reaches(scope, 'team') && teams.length > 0,
      sql`${raw(`${alias}.\`${team}\``)} IN (${teams.map(idToBytes)})`,
    ],
    // Last, for it looks into another table.
    [sharesCount(reach) && granteesOf(viewer).length > 0, sharedSql(viewer, reach)],
  ];
  return parts.filter(([applies]) => applies).map(([, part]) => part);
}

/** Reading follows the reach of the role; whoever may write at all may write what is shared so. */
const sharesCount = ({ action, scope, isShareEnough }: Reach): boolean =>
  isShareEnough && (action === 'write' ? scope !== 'none' : reaches(scope, 'shared'));

const granteesOf = ({ staffId, teamIds }: Viewer): Buffer[] =>
  [staffId, ...teamIds].flatMap((each) => (each === null ? [] : [idToBytes(each)]));

const sharedSql = (viewer: Viewer, { action, alias, now }: Reach): Sql =>
  sql`EXISTS (SELECT 1 FROM shareGrant g WHERE ${raw(`g.resourceId = ${alias}.id`)}
    AND g.granteeId IN (${granteesOf(viewer)}) AND (g.expiresAt IS NULL OR g.expiresAt > ${now})
    AND ${raw(action === 'write' ? "g.access = 'WRITE'" : 'TRUE')})`;

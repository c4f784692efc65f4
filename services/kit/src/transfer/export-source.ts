import type { RequestContext } from '../context.ts';
import type { Criteria } from '../record/criteria.ts';
import type { Entity } from '../record/entity.ts';
import { listPage } from '../record/page.ts';
import type { OrderBy } from '../record/sort.ts';
import type { Headings } from './export-format.ts';
import { defaultFields, planExport, type ExportColumn } from './export-plan.ts';

/** What an export asks of the kind of list that it is of. */
export type ExportQuestion = {
  readonly where: Criteria;
  readonly orderBy: readonly OrderBy[];
  /** All that are usual when there are none. */
  readonly fields: readonly string[];
  readonly headings: Headings;
  /** What else this kind takes, as JSON. */
  readonly asked: unknown;
};

type ExportPage = {
  readonly nodes: readonly object[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
};

/** A list as the viewer may see it, page by page. */
export type ExportList = {
  readonly columns: readonly ExportColumn[];
  readonly page: (at: {
    readonly first: number;
    readonly after: string | null;
  }) => Promise<ExportPage>;
  readonly count: () => Promise<number>;
};

/** A kind of list that can become a file. */
export type ExportSource = {
  /** As exports call it: `Customer`. */
  readonly name: string;
  /** INVALID and FORBIDDEN for what the viewer may not ask. */
  readonly open: (context: RequestContext, question: ExportQuestion) => Promise<ExportList>;
};

/** The records of a kind, by its fields. */
export const recordSource = (entity: Entity): ExportSource => ({
  name: entity.name,
  open: async (context, { fields, where, orderBy }) =>
    recordList(context, { entity, where, orderBy, fields }),
});

type Records = Pick<ExportQuestion, 'fields' | 'orderBy' | 'where'> & { readonly entity: Entity };

/** The same of an entity that was made for the question. */
export async function recordList(
  context: RequestContext,
  { entity, where, orderBy, fields }: Records,
): Promise<ExportList> {
  const { viewer, app } = context;
  const wanted = fields.length > 0 ? [...new Set(fields)] : defaultFields(viewer, entity);
  const reporting: RequestContext = { ...context, lane: 'reporting' };
  return {
    columns: await planExport({ manager: app.db.manager, viewer, entity }, wanted),
    page: (at) => listPage(reporting, entity, { ...at, where, orderBy }),
    count: async () => {
      const page = await listPage(reporting, entity, { first: 1, where, orderBy });
      return page.totalCount();
    },
  };
}

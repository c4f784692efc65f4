import type { App, RequestContext } from '@crm/kit/context';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import type { RequestInfo } from '@crm/kit/request';
import { evidenceReads, type Evidence } from './evidence/evidence.queries.ts';
import { indicatorReads, type IndicatorReads } from './indicator/indicator.queries.ts';
import type { SubjectType } from './indicator/indicator.ts';
import { suggestionLoader, type ShownSuggestion } from './lifecycle/stage.queries.ts';
import { SegmentEntity, type Segment } from './segment/segment.fields.ts';
import {
  membershipOfCustomers,
  membershipPages,
  segmentsOfCustomers,
  type MembershipOfCustomers,
  type MembershipPages,
  type SegmentsOfCustomer,
} from './segment/segment.queries.ts';
import { movers, tierMembers, type Movers, type TierMembers } from './pyramid/member.queries.ts';
import {
  PyramidDefinitionEntity,
  PyramidSnapshotEntity,
  type PyramidDefinition,
  type PyramidSnapshot,
} from './pyramid/pyramid.fields.ts';
import { placementsOfCustomers, type PlacementsOfCustomer } from './pyramid/pyramid.queries.ts';
import type { ExportJob } from '@crm/kit/transfer/export-job.fields';
import { ReportExportEntity } from './report-export/report-export.fields.ts';
import { performanceLoader, type Performances } from './performance/performance.queries.ts';
import { modelReads, type ModelReads } from './model/model.queries.ts';
import { historyPages, type HistoryPages } from './score/history.queries.ts';
import { scoreReads, type ScoreReads } from './score/score.queries.ts';
import { timelinesOfCustomers, type Timelines } from './timeline/timeline.queries.ts';
import { summaryLoader, type Summaries } from './summary/summary.queries.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly summaries: Summaries;
  readonly indicators: IndicatorReads;
  readonly models: ModelReads;
  readonly scores: ScoreReads;
  readonly evidence: Evidence;
  readonly loaders: {
    readonly currentCustomer: Loader<string>;
    readonly pyramidDefinition: Loader<PyramidDefinition>;
    readonly pyramidSnapshot: Loader<PyramidSnapshot>;
    readonly reportExport: Loader<ExportJob>;
    readonly segment: Loader<Segment>;
    readonly stageSuggestion: Loader<ShownSuggestion>;
  };
  readonly pages: {
    readonly membersOfSegment: MembershipPages;
    readonly membershipOfCustomer: MembershipOfCustomers;
    readonly membersOfTier: TierMembers;
    readonly movers: Movers;
    readonly placementsOfCustomer: PlacementsOfCustomer;
    readonly segmentsOfCustomer: SegmentsOfCustomer;
    readonly snapshotsOfPyramid: ChildPages<PyramidSnapshot>;
    readonly scores: { readonly [Type in SubjectType]: HistoryPages };
    readonly timelineOfCustomer: Timelines;
  };
  readonly performances: Performances;
};

export function createContext(app: App, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  const models = modelReads(context);
  return {
    ...context,
    models,
    scores: scoreReads(context, models),
    evidence: evidenceReads(context),
    summaries: summaryLoader(context),
    indicators: indicatorReads(context),
    loaders: {
      currentCustomer: currentCustomerLoader(context),
      pyramidDefinition: entityLoader(context, PyramidDefinitionEntity),
      pyramidSnapshot: entityLoader(context, PyramidSnapshotEntity),
      reportExport: entityLoader(context, ReportExportEntity),
      segment: entityLoader(context, SegmentEntity),
      stageSuggestion: suggestionLoader(context),
    },
    pages: {
      membersOfSegment: membershipPages(context),
      membershipOfCustomer: membershipOfCustomers(context),
      membersOfTier: tierMembers(context),
      movers: movers(context),
      placementsOfCustomer: placementsOfCustomers(context),
      segmentsOfCustomer: segmentsOfCustomers(context),
      snapshotsOfPyramid: childPages(context, PyramidSnapshotEntity, 'definitionId'),
      scores: {
        CUSTOMER: historyPages(context, models, 'CUSTOMER'),
        PERSON: historyPages(context, models, 'PERSON'),
        COMPETITOR: historyPages(context, models, 'COMPETITOR'),
        STAFF: historyPages(context, models, 'STAFF'),
      },
      timelineOfCustomer: timelinesOfCustomers(context),
    },
    performances: performanceLoader(context),
  };
}

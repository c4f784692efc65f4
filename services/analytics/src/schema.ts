import { protectSchema } from '@crm/kit/record/protect';
import { metadataResolvers } from '@crm/kit/server/metadata';
import { mergeResolvers } from '@crm/kit/server/resolvers';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { CustomerEntity } from './customer/customer.fields.ts';
import { facts } from './fact/fact-kinds.ts';
import { factResolvers } from './fact/fact.resolvers.ts';
import { indicatorObjects } from './indicator/indicator-objects.ts';
import { IndicatorEntity } from './indicator/indicator.fields.ts';
import { indicatorResolvers } from './indicator/indicator.resolvers.ts';
import { typeDefs } from './generated/type-defs.ts';
import { performanceResolvers } from './performance/performance.resolvers.ts';
import { performanceObjects, TargetEntity } from './performance/target.fields.ts';
import { modelObjects } from './model/model.objects.ts';
import { modelResolvers } from './model/model.resolvers.ts';
import { CustomerReportRow } from './report/report.fields.ts';
import { reportResolvers } from './report/report.resolvers.ts';
import { ReportExportEntity } from './report-export/report-export.fields.ts';
import { reportExportResolvers } from './report-export/report-export.resolvers.ts';
import { StageRuleEntity, StageSuggestion } from './lifecycle/stage-rule.fields.ts';
import { stageResolvers } from './lifecycle/stage.resolvers.ts';
import {
  PyramidDefinitionEntity,
  PyramidPlacement,
  PyramidSnapshotEntity,
} from './pyramid/pyramid.fields.ts';
import { pyramidResolvers } from './pyramid/pyramid.resolvers.ts';
import { EvaluationRunEntity } from './run/run.fields.ts';
import { runResolvers } from './run/run.resolvers.ts';
import { SegmentEntity, SegmentMembership } from './segment/segment.fields.ts';
import { segmentResolvers } from './segment/segment.resolvers.ts';
import { scoreObjects } from './score/score.objects.ts';
import { scoreResolvers } from './score/score.resolvers.ts';
import { EvaluationSimulationEntity } from './simulation/simulation.fields.ts';
import { simulationResolvers } from './simulation/simulation.resolvers.ts';
import { TimelineEntryObject } from './timeline/timeline.ts';
import { timelineResolvers } from './timeline/timeline.resolvers.ts';
import { summaryResolvers } from './summary/summary.resolvers.ts';

/** Answers that have labels of their own. */
export const objects = [
  PyramidPlacement,
  SegmentMembership,
  StageSuggestion,
  TimelineEntryObject,
  ...indicatorObjects,
  ...performanceObjects,
  ...modelObjects,
  ...scoreObjects,
];

const kinds = Object.values(facts);

/** All facts are asked for by one query. */
const uses = Object.fromEntries(
  kinds.map(({ name }) => [name, { where: 'FactWhere', isSorted: false, isGrouped: true }]),
);

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(
      typeDefs,
      mergeResolvers([
        sharedResolvers,
        metadataResolvers('analytics', {
          entities: [
            CustomerReportRow,
            SegmentEntity,
            PyramidDefinitionEntity,
            PyramidSnapshotEntity,
            StageRuleEntity,
            IndicatorEntity,
            EvaluationRunEntity,
            EvaluationSimulationEntity,
            TargetEntity,
            ReportExportEntity,
            ...kinds,
          ],
          objects,
          customisable: [CustomerReportRow],
          uses,
        }),
        summaryResolvers,
        factResolvers,
        reportResolvers,
        timelineResolvers,
        reportExportResolvers,
        indicatorResolvers,
        runResolvers,
        segmentResolvers,
        stageResolvers,
        pyramidResolvers,
        performanceResolvers,
        modelResolvers,
        scoreResolvers,
        simulationResolvers,
      ]),
    ),
    [CustomerEntity, CustomerReportRow, TargetEntity],
  );

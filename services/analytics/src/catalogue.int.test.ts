import { catalogueProblems } from '@crm/kit/testing/catalogue';
import { expect, test } from '@jest/globals';
import { CustomerEntity } from './customer/customer.fields.ts';
import { CreditAccountEntity } from './credit/credit.fields.ts';
import {
  CompetitorEntity,
  ProductEntity,
  StaffMemberEntity,
  TeamEntity,
} from './directory/directory.fields.ts';
import { ActivityFact } from './fact/activity.fields.ts';
import { facts } from './fact/fact-kinds.ts';
import { IndicatorEntity } from './indicator/indicator.fields.ts';
import { TargetEntity } from './performance/target.fields.ts';
import { AffiliationEntity, PersonEntity } from './person/person.fields.ts';
import { CustomerReportRow } from './report/report.fields.ts';
import { migrations } from './migrations/index.ts';
import { createSchema, objects } from './schema.ts';
import { ReportExportEntity } from './report-export/report-export.fields.ts';
import { StageRuleEntity } from './lifecycle/stage-rule.fields.ts';
import { PyramidDefinitionEntity, PyramidSnapshotEntity } from './pyramid/pyramid.fields.ts';
import { EvaluationRunEntity } from './run/run.fields.ts';
import { EvaluationSimulationEntity } from './simulation/simulation.fields.ts';
import { SegmentEntity } from './segment/segment.fields.ts';

const fileArguments = ['currency', 'where', 'orderBy', 'format', 'headings'];
const exportArguments = [...fileArguments, 'columns'];
const aggregateArguments = [...fileArguments, 'groupBy', 'measures', 'having'];

test('the SDL, the field catalogue and the tables agree', async () => {
  const problems = await catalogueProblems({
    schema: createSchema(),
    entities: [
      CustomerEntity,
      CustomerReportRow,
      TargetEntity,
      StaffMemberEntity,
      TeamEntity,
      ProductEntity,
      CompetitorEntity,
      PersonEntity,
      AffiliationEntity,
      CreditAccountEntity,
      ActivityFact,
      ...Object.values(facts),
      SegmentEntity,
      PyramidDefinitionEntity,
      PyramidSnapshotEntity,
      StageRuleEntity,
      IndicatorEntity,
      EvaluationRunEntity,
      EvaluationSimulationEntity,
      ReportExportEntity,
    ],
    objects,
    besides: [
      ...['include', 'exclude', 'clear'].map((name) => `SetStaticMembersInput.${name}`),
      'TakePyramidSnapshotInput.definition',
      'StartSimulationInput.draft',
      ...exportArguments.map((name) => `ExportCustomerReportInput.${name}`),
      ...aggregateArguments.map((name) => `ExportCustomerReportAggregateInput.${name}`),
      ...aggregateArguments.map((name) => `ExportFactAggregateInput.${name}`),
      'ExportFactAggregateInput.fact',
      ...['scores', 'tiers', 'segments', 'windows'].map((name) => `CustomerReportWhere.${name}`),
    ],
    customisable: [CustomerReportRow],
    migrations,
  });
  expect(problems).toEqual([]);
});

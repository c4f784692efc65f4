import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'analytics',
  out: 'src/generated',
  models: {
    Customer: 'customer/customer.ts#CustomerKey',
    TransactionSummary: 'summary/summary.ts#TransactionSummary',
    CurrencySummary: 'summary/summary.ts#CurrencySummary',
    Indicator: 'indicator/indicator.fields.ts#IndicatorRow',
    IndicatorSource: 'indicator/indicator.ts#IndicatorSource',
    IndicatorValue: 'indicator/indicator.queries.ts#KnownValue',
    CustomerReportRow: 'report/report.fields.ts#ReportRow',
    StageRule: 'lifecycle/stage-rule.fields.ts#StageRule',
    StageSuggestion: 'lifecycle/stage.queries.ts#ShownSuggestion',
    StageEvidence: 'lifecycle/stage-rule.fields.ts#Evidence',
    PyramidDefinition: 'pyramid/pyramid.fields.ts#PyramidDefinition',
    PyramidTier: 'pyramid/tier.ts#Tier',
    PyramidBaseTier: 'pyramid/pyramid.fields.ts#BaseTier',
    PyramidSnapshot: 'pyramid/pyramid.fields.ts#PyramidSnapshot',
    PyramidTierFigures: 'pyramid/pyramid.queries.ts#TierOfSnapshot',
    PyramidMember: 'pyramid/member.queries.ts#Member',
    PyramidMigration: 'pyramid/member.queries.ts#Migration',
    PyramidMover: 'pyramid/member.queries.ts#Mover',
    PyramidPlacement: 'pyramid/pyramid.queries.ts#Placement',
    Segment: 'segment/segment.fields.ts#Segment',
    SegmentMembership: 'segment/segment.queries.ts#Membership',
  },
});

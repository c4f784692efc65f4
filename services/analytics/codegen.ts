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
    Segment: 'segment/segment.fields.ts#Segment',
    SegmentMembership: 'segment/segment.queries.ts#Membership',
  },
});

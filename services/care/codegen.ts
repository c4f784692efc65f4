import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'care',
  out: 'src/generated',
  models: {
    Alert: 'alert/alert.fields.ts#Alert',
    AlertRule: 'rule/rule.fields.ts#AlertRule',
    MessageTemplate: 'template/template.fields.ts#MessageTemplate',
    Delivery: 'delivery/delivery.fields.ts#Delivery',
    SuppressedAddress: 'suppressed-address/suppressed-address.fields.ts#SuppressedAddress',
    PhrasePreset: 'phrase/phrase.fields.ts#PhrasePreset',
    MergeField: 'template/merge-field.ts#NamedMergeField',
    FatiguePolicy: 'suppression/policy.fields.ts#FatiguePolicy',
    Survey: 'survey/survey.fields.ts#Survey',
    SurveyQuestion: 'survey/survey.fields.ts#SurveyQuestion',
    SurveyOption: 'survey/survey.fields.ts#SurveyOption',
    SurveyValueCount: 'survey/results.ts#ValueShare',
    SurveyQuestionResults: 'survey/results.ts#QuestionResults',
    SurveyResponse: 'survey-response/survey-response.fields.ts#SurveyResponse',
    Occasion: 'occasion/occasion.fields.ts#Occasion',
    CarePlan: 'plan/plan.fields.ts#CarePlan',
    CarePlanPreviewEntry: 'plan/plan.queries.ts#PreviewEntry',
    CareTask: 'task/task.fields.ts#CareTask',
    Customer: '@crm/kit/record/reference#Reference',
    Person: '@crm/kit/record/reference#Reference',
    StaffMember: '@crm/kit/record/reference#Reference',
  },
});

import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'contacts',
  out: 'src/generated',
  models: {
    Person: 'person/person.fields.ts#Person',
    Affiliation: 'affiliation/affiliation.fields.ts#Affiliation',
    Interaction: 'interaction/interaction.fields.ts#Interaction',
    PersonRelationship: 'relationship/relationship.fields.ts#SeenRelationship',
    RelationshipType: 'relationship/relationship-type.fields.ts#RelationshipType',
    Activity: 'activity/activity.ts#Activity',
    ContactPreference: 'preference/preference.fields.ts#ContactPreference',
    Consent: 'consent/consent.fields.ts#Consent',
    ContactPermission: 'consent/consent.ts#ContactPermission',
    TouchPlan: 'touch-plan/touch-plan.fields.ts#TouchPlan',
    SensitiveRead: '@crm/kit/record/sensitive-read#RecordedRead',
    SensitiveReadConnection: '@crm/kit/record/sensitive-read#RecordedReadConnection',
    CalendarDate: 'calendar/calendar-date.ts#CalendarDate',
    Customer: '@crm/kit/record/reference#Reference',
    Need: '@crm/kit/record/reference#Reference',
    Opportunity: '@crm/kit/record/reference#Reference',
    StaffMember: '@crm/kit/record/reference#Reference',
  },
});

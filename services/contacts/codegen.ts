import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'contacts',
  out: 'src/generated',
  models: {
    Person: 'person/person.fields.ts#Person',
    Affiliation: 'affiliation/affiliation.fields.ts#Affiliation',
    Interaction: 'interaction/interaction.fields.ts#Interaction',
    CalendarDate: 'calendar/calendar-date.ts#CalendarDate',
    Customer: '@crm/kit/record/reference#Reference',
    StaffMember: '@crm/kit/record/reference#Reference',
  },
});

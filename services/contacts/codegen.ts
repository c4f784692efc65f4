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
    CalendarDate: 'calendar/calendar-date.ts#CalendarDate',
    Customer: '@crm/kit/record/reference#Reference',
    StaffMember: '@crm/kit/record/reference#Reference',
  },
});

import { generate } from '@crm/tools/codegen';

await generate({
  subgraph: 'customers',
  out: 'src/generated',
  models: {
    Customer: 'customer/customer.fields.ts#Customer',
    CustomerFinance: 'customer/customer.fields.ts#CustomerFinance',
    SalesOrder: 'order/order.fields.ts#SalesOrder',
    SalesOrderLine: 'order/order.fields.ts#OrderLine',
    Payment: 'payment/payment.fields.ts#Payment',
    PaymentAllocation: 'payment/payment.fields.ts#Allocation',
    CustomerRelation: 'relation/relation.fields.ts#SeenRelation',
    RelationType: 'relation/relation-type.fields.ts#RelationType',
    OrganizationTree: 'relation/relation.queries.ts#OrganizationTree',
    OrganizationNode: 'relation/relation.queries.ts#OrganizationNode',
    ExternalOrganization: 'organization/organization.fields.ts#ExternalOrganization',
    CreditAccount: 'credit/credit.fields.ts#CreditAccount',
    CreditEvent: 'credit/credit.fields.ts#CreditEvent',
    CreditCheck: 'credit/credit.queries.ts#CreditCheck',
    Receivable: 'receivable/receivable.fields.ts#Receivable',
    StaffMember: 'directory/directory.fields.ts#StaffMember',
    Team: 'directory/directory.fields.ts#Team',
    Product: 'catalogue/product.fields.ts#Product',
    Webhook: 'webhook/webhook.fields.ts#Webhook',
    WebhookDelivery: 'webhook/webhook.fields.ts#WebhookDelivery',
  },
});

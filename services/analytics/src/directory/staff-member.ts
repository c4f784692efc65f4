/** A staff member as other records name it. */
export type StaffMemberKey = { readonly id: string };

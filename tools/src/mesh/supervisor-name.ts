/** The name of the process that keeps the others running. */
export const supervisorName = 'supervisor';

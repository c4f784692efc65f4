/** The subgraph services. Each has a schema, a MySQL user and a process of its name. */
export const services = ['customers', 'contacts', 'care', 'analytics', 'competitors'] as const;

export type Service = (typeof services)[number];

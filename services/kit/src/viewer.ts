import { z } from 'zod';

export const roles = [
  'rep',
  'manager',
  'care_agent',
  'analyst',
  'partner',
  'admin',
  'service',
] as const;

export type Role = (typeof roles)[number];

/**
 * Who asks, as the gateway read it from the access token and signed it for the subgraph.
 * `staffId` is null for partners and service accounts; `teamIds` is the viewer's own team first,
 * then every team below it.
 */
export const viewerSchema = z.object({
  subject: z.string().min(1).max(200),
  staffId: z.uuid().nullable(),
  roles: z.array(z.enum(roles)).max(roles.length),
  teamIds: z.array(z.uuid()).max(1000),
  /** Why sensitive fields are read, as the client states it. */
  purpose: z.string().max(200).nullable(),
});

export type Viewer = z.infer<typeof viewerSchema> & {
  /** The service that is asked, by its own account. */
  readonly at?: string;
};

/** The viewer of work that no person asked for: consumers, schedules, migrations. */
export const systemViewer = (subject: string): Viewer => ({
  subject,
  staffId: null,
  roles: ['service'],
  teamIds: [],
  purpose: null,
});

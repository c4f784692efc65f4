import type { App } from '../context.ts';

/** How long files and jobs are kept after they are complete. */
export type Retention = { readonly fileDays: number; readonly jobDays: number };

export const usualRetention: Retention = { fileDays: 7, jobDays: 30 };

/** What imports and exports work in. */
export type TransferApp = App & { readonly retention: Retention };

const dayMs = 86_400_000;

export const daysAfter = (now: Date, days: number): Date => new Date(now.getTime() + days * dayMs);

const msMin = 100;
const msMax = 2000;

/** How long to wait after so many failures in a row. */
export const retryMs = (failures: number): number => Math.min(msMax, msMin * 2 ** failures);

/** Failures in a row, about a minute, after which followers are told to come back later. */
export const failuresMax = 35;

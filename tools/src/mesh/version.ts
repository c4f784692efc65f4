/** Major and minor, which is all that a lower bound needs. */
export type Version = readonly [major: number, minor: number];

/** The version in what `mysqld --version` prints; null for MariaDB, which is another product. */
export function mysqlVersion(printed: string): Version | null {
  return printed.includes('MariaDB') ? null : versionAfter(/Ver (\d+)\.(\d+)/, printed);
}

export const natsVersion = (printed: string): Version | null =>
  versionAfter(/nats-server: v(\d+)\.(\d+)/, printed);

export const isAtLeast = (version: Version, bound: Version): boolean =>
  version[0] > bound[0] || (version[0] === bound[0] && version[1] >= bound[1]);

function versionAfter(pattern: RegExp, printed: string): Version | null {
  const match = pattern.exec(printed);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

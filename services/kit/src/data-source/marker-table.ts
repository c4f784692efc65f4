/** The table that every schema needs whose commits are to be decided. */
export const markerTable = 'haCommit';

export const createMarkerTable = `CREATE TABLE IF NOT EXISTS ${markerTable} (
  id BINARY(16) NOT NULL PRIMARY KEY
) COMMENT 'One row a commit, so that a commit whose answer was lost can be decided'`;

export const insertMarker = `INSERT INTO ${markerTable} (id) VALUES (?)`;

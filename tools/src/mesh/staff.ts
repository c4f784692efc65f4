import { idFromBytes } from '@crm/kit/id';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Mesh } from './mesh.ts';
import { UserError } from './say.ts';

export type StaffClaims = {
  readonly staffId: string | null;
  /** The own team first, then every team below it. */
  readonly teamIds: readonly string[];
};

/** Partners, service accounts, and whoever asks without a place in the company. */
export const nobody: StaffClaims = { staffId: null, teamIds: [] };

/** Reads a staff member's place in the company, as an identity provider would have it. */
export async function findStaff({ ports, secrets }: Mesh, code: string): Promise<StaffClaims> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: ports['mysql-a'],
    user: 'customers',
    password: secrets.mysql['customers'] ?? '',
    database: 'crm_customers',
    connectTimeout: 5000,
  }).catch((error: unknown) => {
    throw new UserError('The mesh is not running: npm start', { cause: error });
  });
  try {
    const staff = await findByCode(connection, code);
    if (!staff) throw new UserError(`There is no staff member with the code ${code}.`);
    return staff;
  } finally {
    connection.destroy();
  }
}

async function findByCode(connection: Connection, code: string): Promise<StaffClaims | null> {
  const [[member]] = await connection.query<RowDataPacket[]>(
    'SELECT id, teamId FROM staffMember WHERE code = ?',
    [code],
  );
  if (!member) return null;
  const [teams] = await connection.query<RowDataPacket[]>(
    `WITH RECURSIVE below (id, depth) AS (
       SELECT id, 0 FROM team WHERE id = ?
       UNION ALL
       SELECT team.id, depth + 1 FROM team JOIN below ON team.parentId = below.id WHERE depth < 20
     ) SELECT id FROM below ORDER BY depth LIMIT 1000`,
    [member['teamId']],
  );
  return {
    staffId: idFromBytes(member['id']),
    teamIds: teams.map((team) => idFromBytes(team['id'])),
  };
}

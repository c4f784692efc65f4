import { parseArgs } from 'node:util';
import { isId } from '@crm/kit/id';
import { roles as knownRoles } from '@crm/kit/viewer';
import { homeFromEnv, openMesh } from './mesh.ts';
import { mintToken } from './mint.ts';
import { main, UserError } from './say.ts';

const usage = `npm run token -- --role ROLE [--role ROLE] [--staff CODE | --partner ID] [--for 12h]
  roles: ${knownRoles.join(', ')}
  --staff  whom the token speaks for: gives their id, their team and the teams below it
  --partner  a UUID of yours, by which shareCustomer names a partner (granteeKind PARTNER)`;

/** Prints a token of the development issuer. */
await main(usage, async () => {
  const { values } = parseArgs({
    options: {
      role: { type: 'string', multiple: true, default: [] },
      staff: { type: 'string' },
      partner: { type: 'string' },
      for: { type: 'string' },
    },
  });
  const roles = values.role.flatMap((role) => role.split(','));
  const unknown = roles.filter((role) => !knownRoles.some((known) => known === role));
  const { staff, partner } = values;
  const isOne = staff === undefined || partner === undefined;
  const isPartner = partner === undefined || isId(partner);
  if (roles.length === 0 || unknown.length > 0 || !isOne || !isPartner) throw new UserError(usage);

  const mesh = openMesh(homeFromEnv());
  const token = await mintToken(mesh, { roles, staff, partner, lifetime: values.for });
  process.stdout.write(`${token}\n`);
});

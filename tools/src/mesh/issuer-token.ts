import { homeFromEnv } from './mesh.ts';
import { signToken } from './mint.ts';
import { main, UserError } from './say.ts';
import { nobody } from './staff.ts';

/** Prints a token where the issuer runs alone, as in containers: `issuer-token.js admin`. */
const usage = 'issuer-token.js ROLE…';

await main(usage, async () => {
  const roles = process.argv.slice(2);
  if (roles.length === 0) throw new UserError(usage);
  const claims = { sub: roles.join('+'), iss: process.env['TOKEN_ISSUER'] ?? '', roles, ...nobody };
  process.stdout.write(`${await signToken(homeFromEnv(), claims, '12h')}\n`);
});

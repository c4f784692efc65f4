import { graphqlUrl } from './demo.ts';
import type { EquippedMesh, Mesh } from './mesh.ts';
import { mintToken } from './mint.ts';
import { testEnvironment } from './test-environment.ts';

const exampleQuery = '{ customers(first: 3) { nodes { code name } } }';

/** What a person wants to know once the mesh runs. */
export async function summary(mesh: EquippedMesh): Promise<string> {
  return mesh.parts === 'databases' ? testEnvironment(mesh, mesh.toolchain) : overview(mesh);
}

async function overview(mesh: Mesh): Promise<string> {
  const { ports } = mesh;
  const token = await mintToken(mesh, { roles: ['admin'] });
  return `  graph   ${graphqlUrl(mesh)} (GraphiQL in a browser)
  mail    http://127.0.0.1:${ports['mail-page']} (what was sent; SMTP on ${ports.mail})
  SMS     http://127.0.0.1:${ports.sms}

A query to try:
  curl -s ${graphqlUrl(mesh)} -H 'content-type: application/json' \\
    -H "authorization: Bearer $(npm run -s token -- --role admin)" \\
    --data '${JSON.stringify({ query: exampleQuery })}'

A token for the next 12 hours, role admin:
${token}`;
}

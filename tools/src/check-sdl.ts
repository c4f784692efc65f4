import { readFileSync } from 'node:fs';
import { comparedCommit, git } from './git.ts';
import { main, say, UserError } from './mesh/say.ts';
import { schemasFolder } from './schemas.ts';
import { breakingChanges } from './sdl-changes.ts';

const file = 'schemas/api.graphql';

/** Fails when the graph lost something that a client may ask for. */
const usage = `Checks that the composed graph is fresh, and that it lost nothing. Part of npm run check.`;

await main(usage, async () => {
  const commit = comparedCommit(file);
  const before = git('show', `${commit}:${file}`);
  if (before === null) {
    say(`${file} is not in ${commit}: nothing to compare with`);
    return;
  }
  const after = readFileSync(new URL('api.graphql', schemasFolder), 'utf8');
  const problems = await breakingChanges(before, after);
  if (problems.length === 0) return;

  const list = problems.map((problem) => `  ${problem}`).join('\n');
  if (process.env['ACCEPT_BREAKING_SCHEMA'] === '1') {
    say(`Accepted although clients may break:\n${list}`);
    return;
  }
  throw new UserError(
    `Compared with ${commit} these changes break clients:
${list}
Add beside the old, and deprecate the old with a reason and a date. Before a first release, or when no
client is left that uses it: ACCEPT_BREAKING_SCHEMA=1 npm run check`,
  );
});

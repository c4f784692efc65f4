import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { composeContracts } from './contracts.ts';
import { main, UserError } from './mesh/say.ts';
import { schemasFolder } from './schemas.ts';

/** Writes what is composed from the subgraphs; with `--check`, only tells whether it is up to date. */
const usage = `npm run compose
  Writes the supergraph and the API from the subgraphs.`;

await main(usage, async () => {
  const onlyCheck = process.argv.includes('--check');
  const stale = Object.entries(composeContracts()).filter(([file, text]) => read(file) !== text);
  if (!onlyCheck) {
    for (const [file, text] of stale) writeFileSync(new URL(file, schemasFolder), text);
  } else if (stale.length > 0) {
    const files = stale.map(([file]) => `schemas/${file}`).join(' and ');
    throw new UserError(`${files} is not what the subgraphs compose to: npm run compose`);
  }
});

function read(file: string): string | null {
  const url = new URL(file, schemasFolder);
  return existsSync(url) ? readFileSync(url, 'utf8') : null;
}

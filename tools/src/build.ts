import { build, type Plugin } from 'esbuild';

/** Bundles our own packages and leaves every other one to be loaded from node_modules. */
const ownPackagesOnly: Plugin = {
  name: 'own-packages-only',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@crm/') ? undefined : { path, external: true },
    );
  },
};

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
  bundle: true,
  format: 'esm',
  platform: 'node',
  plugins: [ownPackagesOnly],
  sourcemap: true,
  target: 'node20',
});

/**
 * `npm run build`: makes `dist/`, the package that ships. One bundle without dependencies, so that it installs in a
 * moment, starts in a fraction of the time and cannot break because of somebody else's release. The documents for its
 * users are in it, and a README of its own.
 */
import { chmodSync, copyFileSync, globSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyNotices } from './build/notices.ts';
import { packageManifest } from './build/package-manifest.ts';
import { packageReadme } from './build/package-readme.ts';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(checkout, 'dist');

/** Documents for those who change Longarm. What they speak of is in a checkout alone. */
const forContributors = ['docs/contributing/', 'docs/architecture.md'];

const started = performance.now();
rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: checkout,
  entryPoints: { longarm: 'src/main/longarm.ts' },
  outdir: join(dist, 'lib'),
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  bundle: true,
  // What a command does not need, such as the server for a client verb, is not even read.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24.15',
  legalComments: 'none',
  metafile: true,
  // The CommonJS packages among the bundled ones ask for Node's modules by require().
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module';\nconst require = createRequireOfBundle(import.meta.url);",
  },
});
const documents = globSync('docs/**/*.md', { cwd: checkout }).filter(
  (document) => !forContributors.some((prefix) => document.startsWith(prefix)),
);
for (const file of ['bin/longarm.mjs', 'bin/node-version.mjs', 'LICENSE', 'CHANGELOG.md', ...documents]) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  copyFileSync(join(checkout, file), join(dist, file));
}
chmodSync(join(dist, 'bin/longarm.mjs'), 0o755);
const manifest = packageManifest(checkout);
writeFileSync(join(dist, 'package.json'), manifest.text);
writeFileSync(join(dist, 'README.md'), packageReadme(manifest));
writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(checkout, Object.keys(metafile.inputs)));
for (const file of Object.keys(metafile.outputs)) {
  process.stdout.write(`${file} ${(statSync(join(checkout, file)).size / 1024).toFixed(0)} KiB\n`);
}
process.stdout.write(
  `dist/ is ready (${((performance.now() - started) / 1000).toFixed(1)} s). npm pack ./dist makes the tarball.\n`,
);

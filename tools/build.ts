/**
 * `npm run build`: makes `dist/`, the package that ships. One bundle without dependencies, so that it installs in a
 * moment, starts in a fraction of the time and cannot break because of somebody else's release.
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyNotices } from './build/notices.ts';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(checkout, 'dist');

/** What the package says about itself is what the checkout says, less what only a checkout needs. */
function shippedManifest(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  const shipped = ['name', 'version', 'description', 'license', 'bin', 'type', 'engines'];
  const entries = Object.entries(parsed ?? {}).filter(([key]) => shipped.includes(key));
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}

const started = performance.now();
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'bin'), { recursive: true });
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
for (const file of ['bin/longarm.mjs', 'bin/node-version.mjs', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
  copyFileSync(join(checkout, file), join(dist, file));
}
chmodSync(join(dist, 'bin/longarm.mjs'), 0o755);
writeFileSync(join(dist, 'package.json'), shippedManifest());
writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(checkout, Object.keys(metafile.inputs)));
for (const file of Object.keys(metafile.outputs)) {
  process.stdout.write(`${file} ${(statSync(join(checkout, file)).size / 1024).toFixed(0)} KiB\n`);
}
process.stdout.write(`dist/ is ready (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);

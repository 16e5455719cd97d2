import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const run = promisify(execFile);

/**
 * Builds the package that ships and installs it in an empty directory, so that what is measured is what people get.
 * @returns `bin/longarm.mjs` of it.
 */
export async function installLongarm(directory: string, signal: AbortSignal): Promise<string> {
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
  const options = { cwd: directory, env, signal, timeout: 120_000 };
  await run(process.execPath, [join(checkout, 'tools/build.ts')], { ...options, cwd: checkout });
  await run('npm', ['pack', join(checkout, 'dist'), '--silent'], options);
  const tarball = readdirSync(directory).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack wrote no tarball into ${directory}.`);
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  await run('npm', ['install', ...flags, `./${tarball}`], options);
  return join(directory, 'node_modules/longarm/bin/longarm.mjs');
}

import { chmod, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * The CAs that `az` trusts by itself, and ours after them. `az` trusts those of `REQUESTS_CA_BUNDLE` alone where that
 * is set, else Mozilla's; with the system's among them, a company's own proxy goes on working.
 * @param existing what REQUESTS_CA_BUNDLE names at the moment: a file, a directory, or nothing.
 */
export async function makeCaBundle(existing: string | undefined, ca: string): Promise<string> {
  const trusted =
    existing === undefined || existing === ''
      ? [...getCACertificates('bundled'), ...getCACertificates('system')]
      : await readCertificates(existing);
  // One of ours from an earlier time is still there when this is pasted twice; the same certificate is kept once.
  const all = [...trusted, ...(ca.match(certificate) ?? [])].map((pem) => pem.trim());
  return `${[...new Set(all)].join('\n')}\n`;
}

/** Writes a file that is there whole or not at all. */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, content, { mode });
  // A draft that an earlier call left behind keeps the mode it had.
  await chmod(draft, mode);
  await rename(draft, path);
}

async function readCertificates(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  const files = found.isDirectory() ? (await readdir(path)).map((name) => join(path, name)) : [path];
  const texts = await Promise.all(
    files.map(async (file) => ((await stat(file)).isFile() ? readFile(file, 'latin1') : '')),
  );
  return texts.flatMap((text) => text.match(certificate) ?? []);
}

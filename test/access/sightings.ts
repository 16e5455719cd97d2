import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Words that are secret, by what they are the secret of. */
export type Secrets = Readonly<Record<string, string>>;

/** Every secret that stands in the bytes, as `name of the secret: where`. */
export function sightingsIn(where: string, bytes: Uint8Array | string, secrets: Secrets): readonly string[] {
  const buffer = Buffer.from(bytes);
  return Object.entries(secrets)
    .filter(([, secret]) => buffer.includes(secret))
    .map(([name]) => `${name}: ${where}`);
}

/** Every secret in the name or the bytes of a file below the directory, whatever kind of file it is. */
export function sightingsBelow(directory: string, secrets: Secrets): readonly string[] {
  return filesBelow(directory).flatMap((path) => {
    const where = relative(directory, path);
    return [...sightingsIn(`the name of ${where}`, where, secrets), ...sightingsIn(where, readIfThere(path), secrets)];
  });
}

/** The modes of all files below the directory, by their paths in it. */
export function modesBelow(directory: string): ReadonlyMap<string, string> {
  return new Map(
    filesBelow(directory).map((path) => [relative(directory, path), (statSync(path).mode & 0o7777).toString(8)]),
  );
}

/** Every secret in the arguments or the environment of a process of this machine; who it is stands beside. */
export function sightingsInProcesses(secrets: Secrets): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) =>
    ['cmdline', 'environ', 'comm'].flatMap((file) =>
      sightingsIn(`/proc/${pid}/${file}`, readIfThere(`/proc/${pid}/${file}`), secrets),
    ),
  );
}

function filesBelow(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What is gone by the time that it is looked at holds nothing any more. */
function readIfThere(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code))) {
      return new Uint8Array();
    }
    throw error;
  }
}

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startArmServer } from '../arm/arm-server.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');
const deadline = { timeout: 60_000 };

interface Ended {
  readonly code: unknown;
  readonly said: string;
}

/** What a started server's data directory may have become by the time of the next start. */
describe('longarm serve, on a data directory that is not as it left it', () => {
  let folder: string;
  let whole: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lh-'));
    whole = join(folder, 'whole');
    const server = await startArmServer();
    // A sealed value that only its own key opens.
    await server.submit('exit 0', { cluster: 'scripted' });
    await server.longarm.stop();
    await cp(server.dataDir, whole, { recursive: true, preserveTimestamps: true });
    await chmod(whole, 0o700);
    await server.stop();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const damaged = async (name: string, damage: (dataDir: string) => Promise<void>): Promise<string> => {
    const dataDir = join(folder, name);
    await cp(whole, dataDir, { recursive: true });
    await chmod(dataDir, 0o700);
    await damage(dataDir);
    return dataDir;
  };
  const serve = (dataDir: string): Promise<Ended> => {
    const config = join(folder, 'longarm.yaml');
    const args = [longarm, 'serve', '--config', config, '--data-dir', dataDir, '--port', '0'];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, args, { timeout: 30_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : (error.code ?? error.signal), said: stdout + stderr }),
      );
      child.stdin?.end();
    });
  };
  before(() => writeFile(join(folder, 'longarm.yaml'), 'extensions: on\n'));

  const cases: readonly (readonly [string, (dataDir: string) => Promise<void>, RegExp])[] = [
    [
      'a database of a newer version',
      async (dataDir) => {
        const db = new DatabaseSync(join(dataDir, 'longarm.db'));
        const [table] = db
          .prepare("select name from sqlite_master where name like '%migration' and type = 'table'")
          .all();
        db.prepare(
          `insert into ${String(table?.['name'])} (name, timestamp) values ('9999-from-the-future', '2030')`,
        ).run();
        db.close();
      },
      /newer/i,
    ],
    ['a database that is none', (dataDir) => writeFile(join(dataDir, 'longarm.db'), 'x'.repeat(9000)), /database/i],
    ['an empty key file', (dataDir) => writeFile(join(dataDir, 'keys.json'), ''), /keys\.json/],
    [
      'the keys of another server',
      async (dataDir) => {
        const other = await startArmServer();
        await copyFile(join(other.dataDir, 'keys.json'), join(dataDir, 'keys.json'));
        await other.stop();
      },
      /sealed with key .*Put that key back/,
    ],
    ['no keys beside its database', (dataDir) => rm(join(dataDir, 'keys.json')), /keys\.json/],
    ['a directory that others may read', (dataDir) => chmod(dataDir, 0o755), /0?700|chmod/],
    ['keys that others may read', (dataDir) => chmod(join(dataDir, 'keys.json'), 0o644), /0?600|chmod/],
    [
      'a damaged authority',
      (dataDir) => writeFile(join(dataDir, 'tls', 'authority.pem'), 'damaged', { mode: 0o600 }),
      /authority\.pem/,
    ],
  ];
  for (const [at, [what, damage, message]] of cases.entries()) {
    test(`${what} ends it with 1 and a message that says so, and nothing is changed`, deadline, async () => {
      const dataDir = await damaged(`case-${at}`, damage);
      const before = await contentOf(dataDir);
      const { code, said } = await serve(dataDir);
      assert.equal(code, 1, said);
      assert.match(said, message);
      assert.doesNotMatch(said, /\n\s+at /, 'a stack is no message');
      assert.deepEqual(await contentOf(dataDir), before);
    });
  }
});

/** Names and contents of what must not be touched. */
async function contentOf(dataDir: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(dataDir)).filter((name) => ['longarm.db', 'keys.json'].includes(name)).toSorted();
  return Promise.all(
    names.map(async (name) => [name, (await readFile(join(dataDir, name))).toString('base64').slice(0, 4096)] as const),
  );
}

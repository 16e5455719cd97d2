/**
 * Shows the schema that a new database gets. With `--write` it goes to `src/store/schema.sql`, which a test compares:
 * run it after a migration was added.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { openKeyFile } from '../src/store/sealing/open-key-file.ts';
import { dumpSchema } from '../src/store/sqlite/dump-schema.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';

const directory = await mkdtemp(join(tmpdir(), 'longarm-schema-'));
try {
  const file = join(directory, 'longarm.db');
  const store = await openSqliteStore({ file, sealer: await openKeyFile(join(directory, 'sealing.json')) });
  await store.close();
  const schema = dumpSchema(file);
  if (process.argv.includes('--write')) {
    await writeFile(join(import.meta.dirname, '../src/store/schema.sql'), schema);
  } else {
    process.stdout.write(schema);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

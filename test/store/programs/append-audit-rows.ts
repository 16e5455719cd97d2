/** Opens the store `argv[2]` (a new one, perhaps at the same moment as others) and appends `argv[4]` audit rows. */
import { join } from 'node:path';
import { instantFromMs } from '../../../src/core/instant.ts';
import { openKeyFile } from '../../../src/store/sealing/open-key-file.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';

const [, , file = '', name = '', count = '0'] = process.argv;
const sealer = await openKeyFile(join(file, '..', 'sealing.json'));
const store = await openSqliteStore({ file, sealer });
for (let i = 0; i < Number(count); i += 1) {
  await store.write(({ audit }) =>
    audit.append({
      at: instantFromMs(i),
      verb: 'client.create',
      principal: undefined,
      target: `${name}-${i}`,
      correlationId: name,
      details: {},
    }),
  );
}
await store.close();

import { join } from 'node:path';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import { sealerContract } from './sealer-contract.ts';
import { temporaryDirectory } from './temporary-directory.ts';

sealerContract('Key file', async () => {
  const directory = await temporaryDirectory();
  return { sealer: await openKeyFile(join(directory.path, 'sealing.json')), remove: () => directory.remove() };
});

import { join } from 'node:path';
import { openOutputFiles } from '../../src/store/files/open-output-files.ts';
import { outputStoreContract } from './output-store-contract.ts';
import { temporaryDirectory } from './temporary-directory.ts';

outputStoreContract('Files', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'outputs');
  let outputs = await openOutputFiles(path);
  return {
    outputs,
    async reopen() {
      await outputs.close();
      outputs = await openOutputFiles(path);
      return outputs;
    },
    async remove() {
      await outputs.close();
      await directory.remove();
    },
  };
});

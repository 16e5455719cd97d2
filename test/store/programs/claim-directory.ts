/** Claims the data directory `argv[2]`, says `claimed` or why not, and keeps it until a line comes. */
import { once } from 'node:events';
import { claimDataDirectory } from '../../../src/store/data-directory.ts';

try {
  const claim = await claimDataDirectory(process.argv[2] ?? '');
  console.log('claimed');
  await once(process.stdin, 'data');
  await claim.release();
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
process.stdin.destroy();

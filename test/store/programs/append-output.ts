/**
 * Appends pieces of 4,096 bytes to the output of the command `argv[3]` in the directory `argv[2]`, says each stored
 * length, and never ends by itself; says the message of an error and ends.
 */
import { parseCommandId } from '../../../src/core/command-id.ts';
import { openOutputFiles } from '../../../src/store/files/open-output-files.ts';

const [, , directory = '', idText = ''] = process.argv;
const id = parseCommandId(idText);
if (id === undefined) throw new Error(`${idText} is no command id`);
const outputs = await openOutputFiles(directory);
try {
  for (let length = 0; ;) {
    // The byte at each offset follows from the offset, so that a reader can tell a true beginning.
    const piece = Uint8Array.from({ length: 4096 }, (_, i) => (length + i) % 251);
    length = await outputs.append(id, length, piece);
    console.log(length);
  }
} catch (error) {
  console.log(error instanceof Error ? `${error.name}: ${error.message}` : error);
}
await outputs.close();

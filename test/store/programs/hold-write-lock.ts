/** Takes the write lock of the database `argv[2]`, says `held`, and gives it back when a line comes. */
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2] ?? '', { timeout: 5000 });
database.exec('begin immediate');
console.log('held');
await once(process.stdin, 'data');
database.exec('commit');
database.close();
process.stdin.destroy();

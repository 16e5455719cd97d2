import { existsSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** Waits for a file to be there, for at most `deadlineMs`. @throws {Error} when it is not there by then */
export async function fileAppears(path: string, deadlineMs: number): Promise<void> {
  const signal = AbortSignal.timeout(deadlineMs);
  return new Promise((resolve, reject) => {
    const watcher = watch(dirname(path), () => look());
    const giveUp = (): void => {
      watcher.close();
      reject(new Error(`${path} did not appear within ${deadlineMs} ms.`));
    };
    const look = (): void => {
      if (!existsSync(path)) return;
      watcher.close();
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    signal.addEventListener('abort', giveUp);
    look();
  });
}

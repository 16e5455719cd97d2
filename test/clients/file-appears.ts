import { existsSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** Waits until a file is there. @throws {Error} when `signal` fires before */
export async function fileAppears(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(dirname(path), () => look());
    const giveUp = (): void => {
      watcher.close();
      reject(new Error(`${path} did not appear: ${String(signal.reason)}`));
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

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory (mode 0700) that is gone when `remove` was called. */
export async function temporaryDirectory(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'longarm-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

import { lstat, statfs } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import type { Isolation } from '../../executors/process/isolation.ts';
import { probeIsolation } from '../../executors/process/probe-isolation.ts';
import { dataPaths, openStore } from '../data-directory.ts';
import { preflight } from '../preflight.ts';
import { type Finding, finding } from './finding.ts';

const leastFreeBytes = 2 * 1024 * 1024 * 1024;

/** What can be said without a server: Node, data directory, isolation of the process lane. */
export async function checkMachine(config: Config): Promise<readonly Finding[]> {
  const { dataDir } = config;
  const isolation = await probeIsolation();
  return [
    checkNode(),
    await checkDataDirectory(dataDir),
    await checkFreeSpace(dataDir),
    checkIsolation(isolation),
    await checkConfiguration(config, isolation),
  ];
}

function checkNode(): Finding {
  const { version } = process;
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const check = 'Node';
  if (major > 24 || (major === 24 && minor >= 15)) return { check, state: 'ok', seen: version };
  return { check, state: 'bad', seen: version, remedy: 'Install Node 24.15 or newer.' };
}

function checkDataDirectory(dataDir: string): Promise<Finding> {
  const check = 'data directory';
  return finding(check, 'Name the server’s data directory with --data-dir, and run this as its user.', async () => {
    const { database } = dataPaths(dataDir);
    const present = await lstat(database).then(
      () => true,
      () => false,
    );
    if (!present) {
      return {
        check,
        state: 'skipped',
        seen: `There is no database in ${dataDir} yet.`,
        remedy: 'Start `longarm quickstart` or `longarm serve`, or name another directory with --data-dir.',
      };
    }
    const store = await openStore(dataDir);
    try {
      const clients = await store.read(({ directory }) => directory.clients());
      return { check, state: 'ok', seen: `${dataDir}: database and keys open; ${clients.length} registered clients.` };
    } finally {
      await store.close();
    }
  });
}

function checkFreeSpace(dataDir: string): Promise<Finding> {
  const check = 'free space';
  return finding(check, 'Make the data directory, or name one with --data-dir.', async () => {
    const existing = await lstat(dataDir).then(
      () => dataDir,
      () => '/',
    );
    const { bavail, bsize } = await statfs(existing);
    const freeBytes = bavail * bsize;
    const seen = `${Math.floor(freeBytes / 1024 / 1024)} MiB are free.`;
    if (freeBytes >= leastFreeBytes) return { check, state: 'ok', seen };
    return { check, state: 'weak', seen, remedy: 'Make room: one command may store 1 GiB of output.' };
  });
}

function checkIsolation({ kind, promises, weaknesses }: Isolation): Finding {
  // Root without a processUser is the one form of the strong lane that should not be served to others.
  const state = kind === 'namespaces' && process.geteuid?.() !== 0 ? 'ok' : 'weak';
  return { check: 'process lane', state, seen: promises.join(' '), remedy: weaknesses.join(' ') };
}

async function checkConfiguration(config: Config, isolation: Isolation): Promise<Finding> {
  const check = 'configuration';
  const problems = await preflight(config, isolation);
  if (problems.length === 0) return { check, state: 'ok', seen: 'Nothing stands in the way of `longarm serve`.' };
  const remedy = '`longarm serve` does not start before this is mended.';
  return { check, state: 'bad', seen: problems.join(' '), remedy };
}

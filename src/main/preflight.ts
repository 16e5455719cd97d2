import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { Isolation } from '../executors/process/isolation.ts';
import { loadCertificates } from '../server/tls/load-certificates.ts';
import { laneOwner } from './lane-owner.ts';
import { laneRefusal } from './lane-policy.ts';
import { systemClock as clock } from './system-clock.ts';

/**
 * Everything that the machine lacks of what the configuration asks for, a sentence each: found before anything is
 * made, and all at once. `serve` does not start with any of them, and `doctor` names them.
 */
export async function preflight(config: Config, isolation: Isolation): Promise<readonly string[]> {
  const { tls, metricsTokenFile, processUser } = config;
  const machine = { isolation, isRoot: process.geteuid?.() === 0 };
  const checks: Promise<string | undefined>[] = [problemOf('processUser', () => laneOwner(processUser))];
  if (tls !== undefined) checks.push(problemOf('tls', () => loadCertificates({ ...tls, clock })));
  if (metricsTokenFile !== undefined) {
    checks.push(problemOf('metricsTokenFile', () => readFile(metricsTokenFile, 'utf8')));
  }
  const found = [...(await Promise.all(checks)), laneRefusal(config, machine)];
  return found.filter((problem) => problem !== undefined);
}

async function problemOf(setting: string, attempt: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return `${setting}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

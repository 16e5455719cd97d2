import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ArmClient } from '../../src/client/arm-client.ts';
import { type ClusterAddress, parseClusterName } from '../../src/core/resource-id.ts';
import { writeZip } from '../wire/zip-writer.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';

/** One at a time, so that a command which blocks its cluster would keep the next one from running. */
const configuration = `
clusters:
  - { resourceGroup: quickstart, name: shell-less, shell: bash, environment: { PATH: /nowhere }, limits: { concurrent: 1 } }
  - { resourceGroup: quickstart, name: narrow, limits: { concurrent: 1 } }
`;

describe('commands that cannot start, or not as they think', () => {
  let folder: string;
  let server: LiveServer;
  let client: ArmClient;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loss-config-'));
    writeFileSync(join(folder, 'longarm.yaml'), configuration);
    server = await startLiveServer({ flags: ['--config', join(folder, 'longarm.yaml')] });
    client = server.client();
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  function named(name: string): ClusterAddress {
    const parsed = parseClusterName(name);
    assert.ok(parsed !== undefined);
    return { ...server.cluster, name: parsed };
  }

  async function run(cluster: ClusterAddress, command: string, context = '') {
    const ref = await client.submit(cluster, { command, context }, { keepsIdempotencyKeys: true });
    return (await client.waitForEnd(ref, { signal: AbortSignal.timeout(30_000) })).properties;
  }

  test('a shell that is not there fails each command with its name, and does not hold up the next one', async () => {
    const marker = join(server.folder, 'ran');
    for (let round = 0; round < 3; round += 1) {
      const { provisioningState, reason, exitCode, startedAt } = await run(named('shell-less'), `echo >${marker}`);
      assert.deepEqual([provisioningState, exitCode, startedAt], ['Failed', undefined, undefined]);
      assert.equal(reason, 'CouldNotStart: The cluster’s shell, bash, is not installed on this server.');
    }
    assert.ok(!existsSync(marker));
    assert.equal((await run(named('narrow'), 'exit 7')).exitCode, 7);
  });

  const odd: Readonly<Record<string, readonly [command: string, exitCode: number, logs: RegExp]>> = {
    'a program that is not there': ['no-such-program', 127, /no-such-program.*not found/],
    'a program that may not be run': ['./file', 126, /[Pp]ermission denied/],
    'a script whose interpreter is not there': ['chmod +x file; ./file', 127, /not found|No such file/],
    'a text that is no shell command': ['if then fi )', 2, /[Ss]yntax error/],
    'a text of nothing but blanks': ['  \n ', 0, /^$/],
    'a command that removes its own working directory': ['rm -rf "$PWD" ~ "$TMPDIR"; echo gone; exit 3', 3, /^gone\n$/],
    'a command that makes what nobody may remove': ['mkdir -p a/b; chmod 0 a/b a; echo made; exit 4', 4, /^made\n$/],
    'a command that leaves names no shell could write': [
      String.raw`printf x >"$(printf 'a\nb\377 *')"; echo made; exit 5`,
      5,
      /^made\n$/,
    ],
  };
  for (const [name, [command, exitCode, logs]] of Object.entries(odd)) {
    test(`${name} ends with ${exitCode} and its own words, and the next one runs`, async () => {
      const context = writeZip([{ name: 'file', content: '#!/no/such/interpreter\n', mode: 0o100644 }]);
      const properties = await run(named('narrow'), command, context.toString('base64'));
      assert.deepEqual([properties.provisioningState, properties.exitCode], ['Succeeded', exitCode]);
      assert.match(properties.logs ?? '', logs);
      assert.equal((await run(named('narrow'), 'exit 7')).exitCode, 7);
    });
  }

  test('nothing is left of any', () => server.nothingLeft());
});

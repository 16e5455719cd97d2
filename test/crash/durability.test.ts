import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../src/main/free-port.ts';
import { runsAreGone } from './crash-trial.ts';
import { type CrashingServer, startCrashingServer } from './crashing-server.ts';

/** What the server asked of the kernel, in order; each call with the file it went to. */
interface Call {
  readonly name: string;
  readonly text: string;
}

/** kill -9 leaves the page cache alone, so it proves nothing about a power cut: the order of the system calls does. */
describe('what is told is on disk', () => {
  let server: CrashingServer;
  let plainUrl: string;
  before(async () => {
    const port = await freePort('127.0.0.1');
    plainUrl = `http://127.0.0.1:${port}`;
    server = await startCrashingServer({
      configuration: `publicUrl: https://127.0.0.1:1\nplainHttp: { enabled: on, port: ${port} }`,
    });
  });
  after(() => server.dispose());

  /** The server's calls while `work` goes on. */
  const callsDuring = async (work: () => Promise<void>): Promise<readonly Call[]> => {
    const file = join(server.folder, 'calls');
    const traced = 'trace=fsync,fdatasync,write,writev,pwrite64,sendmsg,rename,renameat,renameat2';
    const strace = spawn('strace', ['-f', '-y', '-s', '64', '-e', traced, '-o', file, '-p', String(server.pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await once(strace.stderr, 'data'); // "strace: Process N attached"
    await work();
    strace.kill('SIGINT');
    await once(strace, 'exit');
    // A call that another thread's interrupted is in two lines; it has happened at the second one.
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !line.includes('<unfinished ...>'))
      .flatMap((line) => {
        const [, name] = /^\d+ +(?:<\.\.\. )?(\w+)/.exec(line) ?? [];
        return name === undefined ? [] : [{ name, text: line }];
      });
  };
  const fetchPlain = async (path: string, options: RequestInit = {}): Promise<Response> => {
    const token = await server.client().token();
    const { subscriptionId, resourceGroup, name } = server.cluster;
    const base = `${plainUrl}/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${name}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'wait=30' };
    return fetch(`${base}/${path}${path.includes('?') ? '&' : '?'}api-version=2024-10-01`, { ...options, headers });
  };
  const last = (calls: readonly Call[], before: number, isIt: (call: Call) => boolean): number =>
    calls.slice(0, before).findLastIndex(isIt);

  test('a command is, before its 202 leaves; and its output and its end are, before a 200 does', async () => {
    await fetchPlain('commandResults?$top=1'); // a token is there, and the connection as well
    let location = '';
    const calls = await callsDuring(async () => {
      const submitted = await fetchPlain('runCommand', { method: 'POST', body: '{"command":"echo durable"}' });
      assert.equal(submitted.status, 202);
      location = submitted.headers.get('location') ?? '';
      const id = /commandResults\/([0-9a-f]{32})/.exec(location)?.[1];
      const answer = await fetchPlain(`commandResults/${id}`);
      assert.equal(answer.status, 200);
      await runsAreGone(server);
    });
    const at = (what: string, isIt: (call: Call) => boolean): number => {
      const index = calls.findIndex(isIt);
      assert.notEqual(index, -1, `${what} is not among ${calls.length} calls`);
      return index;
    };
    const isSync = ({ name }: Call) => name === 'fsync' || name === 'fdatasync';
    const isLog = ({ text }: Call) => text.includes('longarm.db-wal');
    const isLogWrite = (call: Call) => call.name === 'pwrite64' && isLog(call);
    const isLogSync = (call: Call) => isSync(call) && isLog(call);

    const accepted = at('the 202', ({ text }) => text.includes('HTTP/1.1 202'));
    const acceptedWrite = last(calls, accepted, isLogWrite);
    const acceptedSync = last(calls, accepted, isLogSync);
    assert.ok(acceptedWrite !== -1 && acceptedSync > acceptedWrite, 'the 202 left before the commit was on disk');

    const finished = at('the 200', ({ text }) => text.includes('HTTP/1.1 200'));
    const outputSync = at('the sync of the output', (call) => isSync(call) && call.text.includes('.open'));
    const sealing = at('the seal', ({ name, text }) => name.startsWith('rename') && text.includes('.sealed'));
    const sealSync = calls.findIndex(
      (call, index) => index > sealing && isSync(call) && call.text.includes('/outputs/'),
    );
    const endWrite = calls.findIndex((call, index) => index > sealSync && isLogWrite(call));
    const endSync = calls.findIndex((call, index) => index > endWrite && isLogSync(call));
    const order = [outputSync, sealing, sealSync, endWrite, endSync, finished];
    assert.deepEqual(
      order,
      order.toSorted((one, other) => one - other),
      calls.map(({ text }) => text).join('\n'),
    );
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ArmServer, startArmServer, version } from './arm-server.ts';

describe('what Longarm adds beside the vendor’s operations', () => {
  let server: ArmServer;
  let cluster: string;
  before(async () => {
    server = await startArmServer();
    cluster = `${server.group}/providers/Microsoft.ContainerService/managedClusters`;
  });
  after(() => server.stop());
  const get = (path: string, headers: Record<string, string> = {}) =>
    server.call('GET', path, { token: server.administrator, headers });
  const send = (method: string, path: string, body?: unknown) =>
    server.call(method, path, { token: server.administrator, ...(body === undefined ? {} : { body }) });

  test('a running command that is cancelled is stopped, keeps its output and ends Canceled', async () => {
    const path = await server.submit('echo started; sleep 60', { body: { longarm: { graceSeconds: 2 } } });
    const followed = get(`${path}/output?${version}&follow=true`);
    let stored = 0;
    while (stored === 0) stored = (await get(`${path}?${version}`)).json.properties.longarm.storedBytes;
    const answer = await send('POST', `${path}/cancel?${version}`);
    assert.equal(answer.status, 202);
    assert.match(answer.headers['location'] ?? '', /commandResults\/[0-9a-f]{32}\?/);
    const end = await server.end(path);
    assert.equal(end.json.properties.provisioningState, 'Canceled');
    assert.equal(end.json.properties.logs, 'started\n');
    assert.equal((await followed).text, 'started\n');
    assert.equal((await send('POST', `${path}/cancel?${version}`)).status, 202, 'a second cancel is taken as well');
    assert.equal((await server.end(path)).json.properties.provisioningState, 'Canceled');
  });

  test('cancelling what has completed changes nothing', async () => {
    const path = await server.submit('exit 4');
    await server.end(path);
    assert.equal((await send('POST', `${path}/cancel?${version}`)).status, 202);
    const { provisioningState, exitCode } = (await server.end(path)).json.properties;
    assert.deepEqual([provisioningState, exitCode], ['Succeeded', 4]);
  });

  test('output is served whole, by range and by offset, with its digest', async () => {
    const path = await server.submit("printf 'a\\r\\n\\000\\377z'");
    await server.end(path);
    const bytes = Buffer.from('a\r\n\0\xffz', 'latin1');
    const whole = await get(`${path}/output?${version}`);
    assert.deepEqual(Buffer.from(whole.text, 'latin1'), bytes);
    assert.equal(whole.headers['x-longarm-complete'], 'true');
    const digest = createHash('sha256').update(bytes).digest('base64');
    assert.equal(whole.headers['repr-digest'], `sha-256=:${digest}:`);
    const part = await get(`${path}/output?${version}`, { range: 'bytes=1-2' });
    assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, '\r\n', 'bytes 1-2/6']);
    assert.equal((await get(`${path}/output?${version}&from=5`)).text, 'z');
  });

  for (const [what, query, headers, status] of [
    ['a range behind the end', '', { range: 'bytes=99-' }, 416],
    ['an offset behind the end', '&from=99', {}, 416],
    ['an offset that is no number', '&from=-1', {}, 400],
    ['a follow that is neither true nor false', '&follow=maybe', {}, 400],
  ] as const) {
    test(`${what} is ${status}`, async () => {
      const path = await server.submit('echo x');
      await server.end(path);
      assert.equal((await get(`${path}/output?${version}${query}`, headers)).status, status);
    });
  }

  test('output above the inline limit is shown as head, marker and tail, and is all there beside', async () => {
    const command = 'i=0; while [ $i -lt 40000 ]; do echo "line $i of the output"; i=$((i+1)); done';
    const path = await server.submit(command);
    const { logs, longarm } = (await server.end(path)).json.properties;
    assert.ok(Buffer.byteLength(logs) <= 512 * 1024);
    assert.match(logs, /^line 0 of/);
    assert.match(logs, /line 39999 of the output\n$/);
    assert.match(logs, new RegExp(`of ${longarm.storedBytes} bytes`));
    assert.equal(longarm.truncated, true);
    const whole = await get(`${path}/output?${version}`);
    assert.equal(whole.text.split('\n').length, 40_001);
  });

  test('the list is paged, the newest first, and filtered', async () => {
    const ids: string[] = [];
    for (const code of [1, 2, 3]) {
      const path = await server.submit(`exit ${code}`, { cluster: 'scripted' });
      await server.end(path);
      ids.unshift(path.split('/').at(-1) ?? '');
    }
    const seen: string[] = [];
    let next: string | undefined = `${cluster}/scripted/commandResults?${version}&$top=2&status=Succeeded`;
    while (next !== undefined) {
      const page: { value: { id: string; properties: object }[]; nextLink?: string } = (await get(next)).json;
      assert.ok(page.value.length <= 2);
      seen.push(...page.value.map(({ id }) => id));
      for (const { properties } of page.value) assert.ok(!('logs' in properties));
      next = page.nextLink?.slice(server.longarm.publicUrl.length);
    }
    assert.deepEqual(seen, ids);
    assert.equal((await get(`${cluster}/scripted/commandResults?${version}&status=Failed`)).json.value.length, 0);
  });

  test('a finished command can be deleted and is gone then; an unfinished one cannot', async () => {
    const running = await server.submit('sleep 60', { body: { longarm: { graceSeconds: 1 } } });
    const refused = await send('DELETE', `${running}?${version}`);
    assert.deepEqual([refused.status, refused.json.error.code], [409, 'CommandNotFinished']);
    await send('POST', `${running}/cancel?${version}`);
    await server.end(running);
    assert.equal((await send('DELETE', `${running}?${version}`)).status, 204);
    assert.equal((await get(`${running}?${version}`)).status, 404);
    assert.equal((await get(`${running}/output?${version}`)).status, 404);
  });

  test('beyond the queue a submit is 429 with Retry-After and both numbers, and waiting ones know their place', async () => {
    const limits = { concurrent: 1, waiting: 2 };
    const body = { location: 'here', properties: { longarm: { executor: 'scripted', limits } } };
    assert.equal((await send('PUT', `${cluster}/narrow?${version}`, body)).status, 201);
    const running = await server.submit('sleep 10m', { cluster: 'narrow' });
    while ((await get(`${running}?${version}`)).json.properties.longarm.phase !== 'running');
    const waiting = [
      await server.submit('exit 0', { cluster: 'narrow' }),
      await server.submit('exit 0', { cluster: 'narrow' }),
    ];
    const positions = [];
    for (const path of waiting) positions.push((await get(`${path}?${version}`)).json.properties.longarm.queuePosition);
    assert.deepEqual(positions, [0, 1]);
    const refused = await send('POST', `${cluster}/narrow/runCommand?${version}`, { command: 'exit 0' });
    assert.deepEqual([refused.status, refused.json.error.code], [429, 'TooManyRequests']);
    assert.match(refused.json.error.message, /2 commands wait .* 2 may/);
    assert.ok(Number(refused.headers['retry-after']) >= 1);
    const unfinished = await send('DELETE', `${cluster}/narrow?${version}`);
    assert.deepEqual([unfinished.status, unfinished.json.error.code], [409, 'ClusterHasUnfinishedCommands']);
    for (const path of [running, ...waiting]) {
      assert.ok(unfinished.json.error.message.includes(path.split('/').at(-1)), unfinished.json.error.message);
    }
    for (const path of [running, ...waiting]) await send('POST', `${path}/cancel?${version}`);
    for (const path of [running, ...waiting]) {
      assert.equal((await server.end(path)).json.properties.provisioningState, 'Canceled');
    }
    assert.equal((await send('DELETE', `${cluster}/narrow?${version}`)).status, 200);
    assert.equal((await send('DELETE', `${cluster}/narrow?${version}`)).status, 204);
  });

  test('switching run command off stops what runs and refuses what comes', async () => {
    const body = { properties: { longarm: { executor: 'scripted' } } };
    await send('PUT', `${cluster}/switched?${version}`, body);
    const running = await server.submit('sleep 10m', { cluster: 'switched' });
    const off = { properties: { apiServerAccessProfile: { disableRunCommand: true } } };
    assert.equal((await send('PUT', `${cluster}/switched?${version}`, off)).status, 200);
    const end = await server.end(running);
    assert.match(end.json.properties.reason, /^RunCommandDisabled: /);
    const refused = await send('POST', `${cluster}/switched/runCommand?${version}`, { command: 'exit 0' });
    assert.deepEqual([refused.status, refused.json.error.code], [409, 'RunCommandDisabled']);
  });

  test('a cluster that is made anew under an old name shows nothing old', async () => {
    const body = { properties: { longarm: { executor: 'scripted' } } };
    await send('PUT', `${cluster}/again?${version}`, body);
    const old = await server.submit('exit 0', { cluster: 'again' });
    await server.end(old);
    await send('DELETE', `${cluster}/again?${version}`);
    await send('PUT', `${cluster}/again?${version}`, body);
    assert.equal((await get(`${old}?${version}`)).status, 404);
  });

  test('the API can neither make a cluster of the process lane nor turn one into it', async () => {
    const made = await send('PUT', `${cluster}/mine?${version}`, { properties: { longarm: { executor: 'process' } } });
    assert.deepEqual([made.status, made.json.error.target], [400, 'properties.longarm.executor']);
    const turned = await send('PUT', `${cluster}/scripted?${version}`, {
      properties: { longarm: { executor: 'process' } },
    });
    assert.deepEqual([turned.status, turned.json.error.target], [400, 'properties.longarm.executor']);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';

const text = '0123456789';

describe('nonsense in ranges and offsets of output', () => {
  let server: ArmServer;
  let output: string;
  let empty: string;
  before(async () => {
    server = await startArmServer();
    const done = async (command: string) => {
      const path = await server.submit(command);
      await server.end(path);
      return `${path}/output?${version}`;
    };
    output = await done(`printf ${text}`);
    empty = await done('true');
  });
  after(() => server.stop());
  const ask = (path: string, range?: string) =>
    server.call('GET', path, { token: server.administrator, ...(range === undefined ? {} : { headers: { range } }) });

  for (const range of [
    'bytes=10-',
    'bytes=11-12',
    'bytes=-0',
    `bytes=${'9'.repeat(400)}-`,
    'bytes=99999999999999999999-',
  ]) {
    test(`the range ${range.slice(0, 40)} of ten bytes is 416, and says that there are ten`, async () => {
      const answer = await ask(output, range);
      assert.deepEqual([answer.status, answer.json.error.code], [416, 'InvalidRange']);
      assert.deepEqual([answer.headers['content-range'], answer.json.error.target], ['bytes */10', 'Range']);
      assert.match(answer.json.error.message, /there are 10 bytes.*Ask for a range/);
    });
  }

  test('an offset behind the end is 416 and says how much there is; the end itself is no error', async () => {
    const behind = await ask(`${output}&from=11`);
    assert.deepEqual([behind.status, behind.headers['content-range']], [416, 'bytes */10']);
    const at = await ask(`${output}&from=10`);
    assert.deepEqual([at.status, at.text], [200, '']);
  });

  test('of an empty output no byte can be asked for, and its size is said', async () => {
    const answer = await ask(empty, 'bytes=0-0');
    assert.deepEqual([answer.status, answer.headers['content-range']], [416, 'bytes */0']);
    assert.deepEqual([(await ask(empty)).status, (await ask(empty, 'bytes=-5')).status], [200, 200]);
  });

  // RFC 9110 §14.2: a server may ignore what is malformed, unknown or several, and then gives the whole.
  for (const range of [
    'bytes=5-4',
    'bytes=a-b',
    'bytes=-',
    'bytes=',
    'bytes',
    'bytes=--1',
    'bytes=1-2-3',
    'bytes=+1-2',
    'bytes=0x1-0x2',
    'bytes=1.5-2',
    'lines=1-2',
    'bytes=0-1,2-3',
    `bytes=${Array.from({ length: 1000 }, () => '0-9').join(',')}`,
  ]) {
    test(`the range ${range.slice(0, 40)} is passed over: the whole is sent, once`, async () => {
      const answer = await ask(output, range);
      assert.deepEqual([answer.status, answer.text, answer.headers['content-range']], [200, text, undefined]);
    });
  }

  for (const [range, expected, contentRange] of [
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=9-', '9', 'bytes 9-9/10'],
    ['bytes=-1', '9', 'bytes 9-9/10'],
    [`bytes=-${'9'.repeat(400)}`, text, 'bytes 0-9/10'],
    [`bytes=0-${'9'.repeat(400)}`, text, 'bytes 0-9/10'],
    ['  BYTES = 3 - 4 ', '34', 'bytes 3-4/10'],
  ] as const) {
    test(`the range ${range.slice(0, 40)} gives what there is of it`, async () => {
      const answer = await ask(output, range);
      assert.deepEqual([answer.status, answer.text, answer.headers['content-range']], [206, expected, contentRange]);
    });
  }

  test('following from behind the end of a command that has ended gives nothing, and ends', async () => {
    const answer = await ask(`${output}&follow=true&from=999999999999999`);
    assert.deepEqual([answer.status, answer.text], [200, '']);
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { ArmClient } from '../../src/client/arm-client.ts';
import type { CommandRef } from '../../src/client/session.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { digestOf, readOutput, storedOf } from './read-output.ts';

const kib = 1024;
const inlineLimitBytes = 512 * kib;

interface Shape {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** How many bytes of it are no UTF-8; `undefined` where chance has a hand in it. */
  readonly foreignBytes?: number;
}

const utf8 = (text: string): Uint8Array => Buffer.from(text);

const shapes: readonly Shape[] = [
  { name: 'nothing', bytes: utf8(''), foreignBytes: 0 },
  { name: 'text that does not end with a newline', bytes: utf8('one\ntwo'), foreignBytes: 0 },
  { name: 'a newline and nothing else', bytes: utf8('\n'), foreignBytes: 0 },
  { name: 'empty lines', bytes: utf8('\n\n\na\n\n\n'), foreignBytes: 0 },
  { name: 'CR LF, and a CR alone', bytes: utf8('a\r\nb\r\n\rc\r'), foreignBytes: 0 },
  { name: 'NUL and other control characters', bytes: utf8('a\0b\0\0\x01\x1b[2J\x7f\n\0'), foreignBytes: 0 },
  {
    name: 'a byte order mark and characters of every length',
    bytes: utf8('\uFEFFä€😀\u2028\uFFFD\n'),
    foreignBytes: 0,
  },
  {
    name: 'bytes that are no UTF-8',
    bytes: Buffer.from([0x61, 0xff, 0xfe, 0x62, 0xc0, 0xaf, 0x0a, 0xed, 0xa0, 0x80, 0x63, 0xe2, 0x82]),
    foreignBytes: 9,
  },
  { name: 'a line of 40 KiB', bytes: Buffer.alloc(40 * kib, 'x'), foreignBytes: 0 },
  { name: 'a line of 40 MiB', bytes: Buffer.alloc(40 * kib * kib, 'y'), foreignBytes: 0 },
  { name: '3 MiB of random bytes', bytes: randomBytes(3 * kib * kib) },
];

/** Sends a GET and reads the answer as the strictest client would: its body must be UTF-8 through and through. */
async function strictJson(server: LiveServer, client: ArmClient, ref: CommandRef): Promise<unknown> {
  assert.ok(ref.location !== undefined);
  const headers = { authorization: `Bearer ${await client.token()}` };
  const body = await new Promise<Buffer>((resolve, reject) => {
    const asking = request(new URL(ref.location ?? ''), { ca: server.ca, headers, agent: false }, (answer) => {
      buffer(answer).then(resolve, reject);
    });
    asking.on('error', reject).end();
  });
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
}

describe('output of every shape', () => {
  let server: LiveServer;
  let client: ArmClient;
  before(async () => {
    server = await startLiveServer();
    client = server.client();
  });
  after(() => server.stop());

  /** Has a command write the bytes, half to stdout and half to stderr where both are wanted. */
  async function print(bytes: Uint8Array): Promise<CommandRef> {
    const file = join(server.folder, 'bytes');
    writeFileSync(file, bytes);
    const half = Math.floor(bytes.length / 2);
    const command = `head -c ${half} ${file}; tail -c +${half + 1} ${file} >&2; exit 3`;
    const ref = await client.submit(server.cluster, { command }, { keepsIdempotencyKeys: true });
    await client.waitForEnd(ref);
    return ref;
  }

  for (const { name, bytes, foreignBytes } of shapes) {
    test(`${name}: served to the byte, with its digest; \`logs\` is UTF-8 and says what it leaves out`, async () => {
      const ref = await print(bytes);
      const { result, ...read } = await readOutput(client, ref, { follow: false });
      assert.deepEqual(read, digestOf(bytes));
      assert.deepEqual(storedOf(result), digestOf(bytes));
      const { provisioningState, exitCode, logs, longarm } = result.properties;
      assert.deepEqual([provisioningState, exitCode], ['Succeeded', 3]);
      assert.deepEqual([longarm?.complete, longarm?.totalBytes], [true, bytes.length]);
      assert.deepEqual(await strictJson(server, client, ref), { ...result, id: result.id });
      assert.ok(logs !== undefined && logs.isWellFormed());
      assert.ok(Buffer.byteLength(logs) <= inlineLimitBytes);
      if (foreignBytes !== undefined) assert.equal(longarm?.replacedBytes, foreignBytes);
      assert.equal(longarm?.truncated, bytes.length > inlineLimitBytes);
      if (longarm?.truncated === true) assert.match(logs, new RegExp(`\\d+ of ${bytes.length} bytes are shown`));
      else assert.equal(logs, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    });
  }

  for (const more of [-1, 0, 1]) {
    const size = inlineLimitBytes + more;
    const said = more > 0 ? 'says so in one line and cuts no character' : 'is shown whole';
    test(`output of the inline limit ${more < 0 ? '− 1' : `+ ${more}`} ${said}`, async () => {
      // Characters of three bytes, shifted so that at no limit one of them would end where the cut is.
      const bytes = Buffer.from('€'.repeat(Math.floor(size / 3)) + 'x'.repeat(size % 3));
      const ref = await print(bytes);
      const { result, ...read } = await readOutput(client, ref, { follow: false });
      assert.deepEqual(read, digestOf(bytes));
      const { logs = '', longarm } = result.properties;
      assert.deepEqual([longarm?.truncated, longarm?.replacedBytes], [more > 0, 0]);
      assert.ok(!logs.includes('\uFFFD') && Buffer.byteLength(logs) <= inlineLimitBytes);
      if (more <= 0) assert.equal(Buffer.compare(Buffer.from(logs), bytes), 0);
      else assert.match(logs, new RegExp(`\\d+ of ${size} bytes are shown`));
    });
  }

  test('nothing is left of any', () => server.nothingLeft());
});

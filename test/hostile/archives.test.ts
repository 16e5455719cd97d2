import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { writeZip, type ZipEntry, zipContext } from '../wire/zip-writer.ts';

const file: ZipEntry = { name: 'f', content: 'abc' };
const good = zipContext([file]);

describe('a context that means harm, at the POST', () => {
  let server: ArmServer;
  let run: string;
  before(async () => {
    server = await startArmServer();
    run = `${server.group}/providers/Microsoft.ContainerService/managedClusters/local/runCommand?${version}`;
  });
  after(() => server.stop());

  const post = (context: unknown) =>
    server.call('POST', run, { token: server.administrator, body: { command: 'true', context } });
  /** Every name in the data directory but the database's own files, which grow. */
  const onDisk = () =>
    readdirSync(server.dataDir, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('longarm.db'))
      .toSorted();
  const rows = () =>
    server.longarm.plane.store.read(async ({ commands, audit }) => ({
      commands: await commands.countByPhase(),
      audit: await audit.newest(100),
    }));

  const overlapping = (): string => {
    const inner = writeZip([{ name: 'in', content: 'secret' }]);
    const outer = writeZip([
      { name: 'outer', content: inner },
      { name: 'in', content: 'secret' },
    ]);
    outer.writeUInt32LE(35, outer.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02])) + 42);
    return outer.toString('base64');
  };
  const zeros = Buffer.alloc(8 * 1024 * 1024);
  const cases: readonly (readonly [string, () => string, RegExp])[] = [
    ['a parent path', () => zipContext([{ name: '../../longarm.db' }]), /leads out of the working directory/],
    ['an absolute path', () => zipContext([{ name: '/etc/cron.d/x' }]), /absolute path/],
    ['a drive letter', () => zipContext([{ name: 'C:/x' }]), /drive letter/],
    ['a backslash', () => zipContext([{ name: '..\\x' }]), /backslash/],
    ['a symbolic link', () => zipContext([{ name: 'l', content: '/', mode: 0o120777 }]), /symbolic link/],
    ['a device', () => zipContext([{ name: 'd', mode: 0o020666 }]), /device/],
    ['a duplicate', () => zipContext([file, file]), /twice/],
    ['a clash of case', () => zipContext([file, { name: 'F' }]), /case/],
    ['a size that lies', () => zipContext([{ ...file, declared: { size: 1 } }]), /does not unpack|other sizes/],
    [
      '60,000 entries',
      () => zipContext(Array.from({ length: 60_000 }, (_, at) => ({ name: `f${at}` }))),
      /60000 entries; at most 4096/,
    ],
    [
      '65,535 entries that it does not have',
      () => zipContext([file], { count: 65_535, countHere: 65_535 }),
      /65535 entries; at most/,
    ],
    ['a ratio of 1000:1', () => zipContext([{ name: 'bomb', content: zeros, method: 8 }]), /at most 100 times/],
    [
      'a bomb that declares little',
      () => zipContext([{ name: 'bomb', content: zeros, method: 8, declared: { size: 9 } }]),
      /does not unpack/,
    ],
    ['overlapping entries', overlapping, /shares bytes of the archive/],
    ['an archive that was cut', () => good.slice(0, 100), /not a zip file|cut/],
    ['garbage', () => Buffer.alloc(5000, 0x5a).toString('base64'), /not a zip file/],
    ['no padding', () => 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA', /padding that does not fit/],
    ['the URL-safe alphabet', () => `${good.slice(0, 40)}-_${good.slice(42)}`, /URL-safe/],
    ['a comma inside', () => `${good.slice(0, 40)},${good.slice(41)}`, /position 40/],
    ['NUL inside', () => `${good.slice(0, 40)}\0${good.slice(41)}`, /position 40/],
    ['something behind its padding', () => 'UA==UA==', /follows its padding/],
    ['a data URL', () => `data:application/zip;base64,${good}`, /outside its alphabet/],
    ['percent-encoding', () => encodeURIComponent(`${good}=`), /outside its alphabet/],
  ];
  for (const [what, context, message] of cases) {
    test(`${what} is 400 InvalidContext, and leaves nothing on disk and nothing in the database`, async () => {
      const before = { disk: onDisk(), rows: await rows() };
      const answer = await post(context());
      assert.deepEqual(
        [answer.status, answer.json.error.code, answer.json.error.target],
        [400, 'InvalidContext', 'context'],
      );
      assert.match(answer.json.error.message, message);
      assert.ok(answer.text.length < 1000, 'a refusal does not give the context back');
      assert.deepEqual({ disk: onDisk(), rows: await rows() }, before);
    });
  }

  test('line breaks of every kind, blanks and tabs between the characters are passed over, and the files arrive exactly', async () => {
    const content = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7) % 256));
    const plain = zipContext([{ name: 'data', content }]);
    const digest = createHash('sha256').update(content).digest('hex');
    for (const context of [
      plain.replace(/.{76}/g, '$&\n').concat('\n'),
      plain.replace(/.{64}/g, '$&\r\n'),
      plain.replace(/.{7}/g, '$& \t'),
    ]) {
      const path = await server.submit('sha256sum data', { body: { context } });
      assert.equal((await server.end(path)).json.properties.logs, `${digest}  data\n`);
    }
  });

  test('an archive is unpacked below the working directory alone, which goes with its command', async () => {
    const context = zipContext([
      { name: 'a/b/c', content: 'x' },
      { name: './d' },
      { name: 'e f/$(touch g)`h`', content: '' },
    ]);
    const path = await server.submit('find . -type f | LC_ALL=C sort', { body: { context } });
    assert.equal((await server.end(path)).json.properties.logs, './a/b/c\n./d\n./e f/$(touch g)`h`\n');
    // It is removed after the result is final, so it is waited for.
    while (readdirSync(join(server.dataDir, 'runs', 'process')).length > 0) await setImmediate();
  });
});

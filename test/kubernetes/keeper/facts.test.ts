import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toRfc3339Millis } from '../../../src/core/instant.ts';
import { FactLines, parseFileTime } from '../../../src/executors/kubernetes/keeper/facts.ts';

const hex = (text: string): string => Buffer.from(text).toString('hex');

/** What the lines say, given in pieces of this size. */
function told(text: string, pieceBytes = text.length) {
  const heard: string[] = [];
  const lines = new FactLines({
    began: (at) => heard.push(`began ${toRfc3339Millis(at)}`),
    hello: () => heard.push('hello'),
  });
  for (let at = 0; at < text.length; at += pieceBytes) lines.take(Buffer.from(text.slice(at, at + pieceBytes)));
  return { facts: lines.facts, heard };
}

const whole = [
  'hello',
  'began 1795466900 2026-11-23 20:48:20.123456789 +0000',
  'gate open',
  `record exit ${hex('7 exit 12\n')} at 1795466901 2026-11-23 22:48:21.5 +0200`,
  'size 12',
  'end',
  '',
].join('\n');

describe('what is said beside the bytes of a spool', () => {
  test('is the same however the stream cuts it', () => {
    const once = told(whole);
    assert.deepEqual(once.heard, ['hello', 'began 2026-11-23T20:48:20.123Z']);
    assert.deepEqual(once.facts?.record?.content, { exitCode: 7, cause: 'exit', bytes: 12 });
    assert.deepEqual([once.facts?.gate, once.facts?.sizeBytes], ['open', 12]);
    for (const size of [1, 2, 7, 50]) assert.deepEqual(told(whole, size), once);
  });

  test('takes no room, and no time that grows with it, for a line without end', () => {
    const lines = new FactLines({ began: () => {}, hello: () => {} });
    const piece = Buffer.alloc(64 * 1024, 'x');
    const before = process.memoryUsage().heapUsed;
    lines.take(Buffer.from('said '));
    for (let taken = 0; taken < 1024; taken++) lines.take(piece); // 64 MiB
    assert.ok(process.memoryUsage().heapUsed - before < 40 * 1024 * 1024);
    for (let line = 0; line < 1000; line++) lines.take(Buffer.from('\nsaid more'));
    lines.take(Buffer.from('\nsize 0\nend\n'));
    const { said = [] } = lines.facts ?? {};
    assert.ok(said.length <= 100 && said.join('').length < 100_000, `${said.length} lines`);
  });

  test('is nothing at all without its last line', () => {
    for (let cut = 1; cut < 5; cut++) assert.equal(told(whole.slice(0, -cut)).facts, undefined);
  });

  test('holds no exit where the record is not exactly one', () => {
    for (const bytes of ['', '0 exit\n', '0 exit 0\n0 exit 0\n', '256 exit 0\n', 'ok exit 0\n']) {
      const { facts } = told(`record exit ${hex(bytes)} at 1795466901 2026-11-23 20:48:21 +0000\nsize 0\nend\n`);
      assert.deepEqual([facts?.record?.name, facts?.record?.content], ['exit', undefined]);
    }
  });

  test('dates a file as every kind of stat writes it, be it in a zone that it does not tell, and nothing else', () => {
    const dates = [
      '1795466900 2026-11-23 20:48:20.123456789 +0000',
      '1795466900 2026-11-24 01:33:20.123 +0445',
      '1795466900 2026-11-23 21:48:20.123',
    ];
    const read = dates.map((date) => parseFileTime(date));
    assert.deepEqual(new Set(read.map((at) => at && toRfc3339Millis(at))), new Set(['2026-11-23T20:48:20.123Z']));
    for (const date of ['', '-', '1795467000', '2026-11-23 20:48:20 +0000', '-5 2026-11-23 20:48:20 +0000']) {
      assert.equal(parseFileTime(date), undefined, date);
    }
  });
});

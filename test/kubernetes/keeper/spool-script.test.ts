import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { FactLines, type SpoolFacts } from '../../../src/executors/kubernetes/keeper/facts.ts';
import { spoolReader } from '../../../src/executors/kubernetes/keeper/spool-script.ts';
import { stopOrder } from '../../../src/executors/kubernetes/keeper/stop-script.ts';

/** What a look says of a spool that holds these files. Only a look: every other read ends all processes around it. */
function look(files: Readonly<Record<string, string | Buffer>>): SpoolFacts | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'spool-'));
  try {
    mkdirSync(join(directory, 'started.d'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    return lookInto(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function lookInto(directory: string): SpoolFacts | undefined {
  const [program = '', ...argv] = spoolReader(directory, 'look');
  const { stderr } = spawnSync(program, argv, { timeout: 10_000 });
  const lines = new FactLines({ began: () => {}, hello: () => {} });
  lines.take(stderr);
  return lines.facts;
}

const record = `${'1 exit 3'.padEnd(47)}\n`;

describe('who decided about the start', () => {
  const cases: readonly (readonly [what: string, prepare: (directory: string) => void, gate: 'open' | 'barred'])[] = [
    ['nobody yet, so that the stop does', () => {}, 'barred'],
    ['whoever let it begin', (directory) => symlinkSync('open', join(directory, 'gate')), 'open'],
    ['whoever let begin what took the gate away', (directory) => mkdirSync(join(directory, 'started.d')), 'open'],
    [
      'whoever barred a start that had been let',
      (directory) => {
        symlinkSync('open', join(directory, 'gate'));
        symlinkSync('barred', join(directory, 'started.d'));
      },
      'open',
    ],
  ];
  for (const [what, prepare, gate] of cases) {
    test(`${what}: a stop and a look after it say ${gate}`, () => {
      const directory = mkdtempSync(join(tmpdir(), 'spool-'));
      try {
        prepare(directory);
        const [program = '', ...argv] = stopOrder(directory, '7');
        assert.equal(spawnSync(program, argv, { timeout: 10_000 }).stdout.toString(), `${gate}\n`);
        assert.equal(existsSync(join(directory, 'grace')), gate === 'open');
        assert.equal(lookInto(directory)?.gate, gate);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  }
});

describe('a look at a spool', () => {
  test('has the record, the size and the last five lines that were said', () => {
    const said = ['one', 'two', 'three', 'four', 'five', 'six'];
    const facts = look({ out: 'abc', broken: record, log: `${said.join('\n')}\n` });
    assert.deepEqual(facts?.record?.content, { exitCode: 1, cause: 'exit', bytes: 3 });
    assert.deepEqual([facts.sizeBytes, facts.said], [3, said.slice(1)]);
  });

  const logs: readonly (readonly [what: string, log: string | Buffer | undefined])[] = [
    ['is missing', undefined],
    ['is empty', ''],
    ['ends in the middle of a line, as on a full disk', 'cat: write error: No space l'],
    ['is one line of a megabyte', 'x'.repeat(1024 * 1024)],
    ['is full of zeros', Buffer.alloc(100_000)],
    ['holds what our own lines look like', 'size 999\nend\nrecord exit 00 at now'],
  ];
  for (const [what, log] of logs) {
    test(`is whole where the log ${what}`, () => {
      const facts = look({ out: 'abc', broken: record, ...(log === undefined ? {} : { log }) });
      assert.deepEqual([facts?.record?.name, facts?.sizeBytes], ['broken', 3]);
      assert.ok((facts?.said ?? []).join('').length <= 2048);
    });
  }
});

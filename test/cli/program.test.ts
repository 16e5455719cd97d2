import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clientVerbs } from '../../src/cli/client-verbs.ts';
import type { ServerVerb } from '../../src/cli/verb.ts';
import { runVerb } from './run-verb.ts';

function serverVerb(name: string, onLoad: () => void): ServerVerb {
  return {
    name,
    summary: `Do ${name}`,
    load: () => {
      onLoad();
      return Promise.resolve({
        description: 'It does.',
        examples: [{ line: `longarm ${name} --loud`, explains: 'aloud' }],
        configure: (command) => {
          command.option('--loud', 'aloud');
        },
        run: ({ options }) => Promise.resolve(options['loud'] === true ? 42 : 41),
      });
    },
  };
}

describe('the program', () => {
  test('an unknown word exits 2 and names the nearest known one, in groups too', async () => {
    for (const [words, nearest] of [
      [['invoek'], 'invoke'],
      [['cluster', 'lsit'], 'list'],
      [['list', '--phse', 'x'], '--phase'],
    ] as const) {
      const ran = await runVerb(words);
      assert.equal(ran.code, 2);
      assert.ok(ran.stderr.includes(`Did you mean ${nearest}?`), ran.stderr);
    }
  });

  test('the word help suggests too, in groups as well', async () => {
    for (const [words, nearest] of [
      [['help', 'invok'], 'invoke'],
      [['help', 'cluster', 'lsit'], 'list'],
    ] as const) {
      const ran = await runVerb(words);
      assert.equal(ran.code, 2);
      assert.ok(ran.stderr.includes(`Did you mean ${nearest}?`), ran.stderr);
    }
  });

  test('an option that is not known before -- hints at where those of the command go, and elsewhere not', async () => {
    for (const words of [
      ['invoke', 'local', 'kubectl', 'get', 'pods', '-A'],
      ['invoke', 'local', 'kubectl', 'get', 'pods', '-o', 'wide'],
    ]) {
      const ran = await runVerb(words);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, /Options of your command go behind --/);
    }
    assert.doesNotMatch((await runVerb(['list', '--bogus'])).stderr, /behind --/);
  });

  test('a verb of the server is loaded when it is used and not before, and its exit code is kept', async () => {
    const loaded: string[] = [];
    const serverVerbs = ['serve', 'client create'].map((name) => serverVerb(name, () => loaded.push(name)));
    assert.equal((await runVerb(['--help'], { serverVerbs })).code ?? 0, 0);
    assert.deepEqual(loaded, []);
    assert.equal((await runVerb(['client', 'create', '--loud'], { serverVerbs })).code, 42);
    assert.equal((await runVerb(['serve'], { serverVerbs })).code, 41);
    assert.deepEqual(loaded, ['client create', 'serve']);
  });

  test('every verb’s help has its examples, by --help and by the word help', async () => {
    for (const { name } of clientVerbs) {
      const byFlag = await runVerb([...name.split(' '), '--help']);
      const byWord = await runVerb(['help', ...name.split(' ')]);
      assert.match(byFlag.stdout.toString(), /\nExamples:\n {2}\S/, name);
      assert.equal(byWord.stdout.toString(), byFlag.stdout.toString(), name);
      assert.equal(byFlag.code ?? 0, 0);
    }
  });

  test('without a verb it explains itself and exits 2', async () => {
    const ran = await runVerb([]);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /Usage: longarm/);
  });

  test('nothing is coloured where nobody looks, and with NO_COLOR not even then', async () => {
    const plain = await runVerb(['result', 'x']);
    const coloured = await runVerb(['result', 'x'], { isTTY: true });
    const refused = await runVerb(['result', 'x'], { isTTY: true, environment: { NO_COLOR: '1' } });
    assert.ok(!plain.stderr.includes('\u001b'));
    assert.ok(coloured.stderr.includes('\u001b[31m'));
    assert.ok(!refused.stderr.includes('\u001b[31m'));
  });
});

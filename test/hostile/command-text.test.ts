import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';

/** Prints the text that follows it as the shell's own file has it: the command is handed over as a file. */
const printItself = 'cat "$0"; exit 0\n';

const texts: readonly (readonly [string, string])[] = [
  ['variables of Kubernetes and of the shell', '$(VAR) ${VAR} $$ $$(VAR) $VAR `VAR` %VAR% {{VAR}}'],
  ['all quotes', `'"\`\\'\\"«»‘’“”\u0027\u0022`],
  ['a here-document that never ends', "cat <<'EOF'\nno end"],
  ['line ends of three kinds', 'a\nb\r\nc\rd'],
  ['no line break at its end', 'x'],
  ['many line breaks at its end', 'x\n\n\n\n'],
  ['control characters', Array.from({ length: 31 }, (_, at) => String.fromCodePoint(at + 1)).join('')],
  ['escape sequences of a terminal', '\u001b[2J\u001b]0;title\u0007\u009b31m'],
  ['directions and invisible characters', '\u202e\u2066\u200b\ufeff\u00ad'],
  ['characters beyond the first plane', '😀𝕏\u{10ffff}'],
  ['combining and precomposed characters', 'e\u0301 \u00e9 \ufb01'],
  ['globs, tildes and history', '* ? [a-z] ~root !! !$ {a,b}'],
  ['operators', '; && || | & > /dev/null < (a) { b; } #'],
  ['options', '-c -- --help -e'],
];

describe('a command’s text', () => {
  let server: ArmServer;
  let run: string;
  before(async () => {
    server = await startArmServer();
    run = `${server.group}/providers/Microsoft.ContainerService/managedClusters/local/runCommand?${version}`;
  });
  after(() => server.stop());

  /** What a command printed, as bytes. */
  const outputOf = async (command: string): Promise<Buffer> => {
    const path = await server.submit(command);
    const { json } = await server.end(path);
    assert.equal(json.properties.exitCode, 0, json.properties.logs?.slice(0, 500));
    const { text } = await server.call('GET', `${path}/output?${version}`, { token: server.administrator });
    return Buffer.from(text, 'latin1');
  };
  const assertSame = (actual: Buffer, expected: Buffer) => {
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual([actual.length, digest(actual)], [expected.length, digest(expected)]);
  };

  for (const [what, text] of texts) {
    test(`with ${what} comes to the shell byte for byte`, async () => {
      const command = `${printItself}${text}`;
      assertSame(await outputOf(command), Buffer.from(command));
    });
  }

  test('of 1 MB in one line, and of 1 MB in a hundred thousand lines, comes to the shell byte for byte', async () => {
    for (const text of ['x'.repeat(1_000_000), '0123456789\n'.repeat(100_000)]) {
      const command = `${printItself}${text}`;
      assertSame(await outputOf(command), Buffer.from(command));
    }
  });

  test('runs as it is: an argument of 100 kB and quotes within quotes are what the shell sees', async () => {
    const argument = `it's "quoted" \\ $(not run) \`nor this\` ${'y'.repeat(100_000)}`;
    const quoted = `'${argument.replaceAll("'", String.raw`'\''`)}'`;
    assertSame(await outputOf(`printf %s ${quoted}`), Buffer.from(argument));
    assert.equal((await outputOf('VAR=inner; echo "$VAR $(echo sub) $((1+1))"')).toString(), 'inner sub 2\n');
    assert.match((await outputOf('echo $$')).toString(), /^\d+\n$/);
  });

  for (const [what, command] of [
    ['NUL at its beginning', '\0true'],
    ['NUL inside', 'echo a\0; echo b'],
    ['NUL at its end', 'true\0'],
    ['half of a surrogate pair', 'echo \ud83d'],
    ['the other half', 'echo \ude00'],
    ['two halves in the wrong order', 'echo \ude00\ud83d'],
  ] as const) {
    test(`with ${what} is refused, named and not run`, async () => {
      const answer = await server.call('POST', run, { token: server.administrator, body: { command } });
      assert.deepEqual(
        [answer.status, answer.json.error.code, answer.json.error.target],
        [400, 'InvalidParameter', 'command'],
      );
      assert.match(answer.json.error.message, /Send/);
    });
  }
});

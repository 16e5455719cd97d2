import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { checkout } from './source-files.ts';

/** Lints the sources, by path, under this checkout's configuration; answers the rules that each breaks. */
function rulesBroken(sources: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'longarm-lint-'));
  try {
    for (const path of ['.oxlintrc.json', 'tsconfig.json', 'tools/lint']) {
      cpSync(join(checkout, path), join(root, path), { recursive: true });
    }
    symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
    for (const [path, source] of sources) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), source);
    }
    const oxlint = join(checkout, 'node_modules/.bin/oxlint');
    const run = spawnSync(process.execPath, [oxlint, '--format', 'unix', 'src', 'test'], {
      cwd: root,
      encoding: 'utf8',
    });
    const broken = new Map([...sources.keys()].map((path): [string, string[]] => [path, []]));
    for (const [, path, plugin, rule] of run.stdout.matchAll(/^(.+?):\d+:\d+: .*\[Error\/(\w+)\(([\w-]+)\)\]$/gm)) {
      broken.get(path ?? '')?.push(`${plugin}/${rule}`);
    }
    return broken;
  } finally {
    rmSync(root, { recursive: true });
  }
}

const wrong: ReadonlyMap<string, readonly [rule: string, source: string]> = new Map([
  ['src/core/now.ts', ['house/no-hidden-clock', 'export const now = Date.now();\n']],
  ['src/core/date.ts', ['house/no-hidden-clock', 'export const now = new Date();\n']],
  ['src/worker/random.ts', ['house/no-hidden-clock', 'export const dice = Math.random();\n']],
  ['src/server/environment.ts', ['eslint/no-restricted-globals', 'export const home = process.cwd();\n']],
  [
    'src/store/import.ts',
    ['eslint/no-restricted-imports', "import { cwd } from 'node:process';\n\nexport const home = cwd();\n"],
  ],
  ['src/wire/import.ts', ['eslint/no-restricted-imports', "import 'node:process';\n"]],
  ['src/store/environment.ts', ['eslint/no-restricted-properties', 'export const home = process.env;\n']],
  ['src/arm/bare.ts', ['house/exceptions-give-reasons', '// oxlint-disable-next-line no-console\nconsole.log(1);\n']],
  ['src/arm/ts.ts', ['house/exceptions-give-reasons', "// @ts-expect-error\nexport const a: number = 'x';\n"]],
  ['src/arm/lost.ts', ['typescript/no-floating-promises', 'async function a(): Promise<void> {}\nvoid a();\n']],
  ['src/arm/any.ts', ['typescript/no-explicit-any', 'export const a = (b: any): unknown => b;\n']],
  ['src/arm/bang.ts', ['typescript/no-non-null-assertion', 'export const a = (b?: string): string => b!;\n']],
  [
    'src/arm/switch.ts',
    [
      'typescript/switch-exhaustiveness-check',
      "export function a(b: 'x' | 'y'): number {\n  switch (b) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}\n",
    ],
  ],
  [
    'test/skip.test.ts',
    ['house/no-silenced-tests', "import { test } from 'node:test';\n\nawait test.skip('a', () => {});\n"],
  ],
  [
    'test/only.test.ts',
    ['house/no-silenced-tests', "import { test } from 'node:test';\n\ntest('a', { only: true }, () => {});\n"],
  ],
  [
    'test/late.test.ts',
    ['house/no-silenced-tests', "import { test } from 'node:test';\n\ntest('a', (t) => t.todo());\n"],
  ],
]);

const right: ReadonlyMap<string, string> = new Map([
  ['src/core/instant.ts', 'export const text = (ms: number): string => new Date(ms).toISOString();\n'],
  ['src/main/run.ts', 'export const home = (): string => process.cwd();\n'],
  ['src/executors/kill.ts', 'export const end = (pid: number): boolean => process.kill(pid);\n'],
  ['src/store/now.ts', 'export const now = (): number => Date.now();\n'],
  [
    'src/arm/reason.ts',
    '// oxlint-disable-next-line no-console -- the operator reads this before logging is up\nconsole.log(1);\n',
  ],
]);

describe('lint', () => {
  const broken = rulesBroken(new Map([...[...wrong].map(([path, [, source]]) => [path, source] as const), ...right]));

  for (const [path, [rule]] of wrong) {
    test(`${path} breaks ${rule} and nothing else`, () => {
      assert.deepEqual([...new Set(broken.get(path))], [rule]);
    });
  }
  for (const path of right.keys()) {
    test(`${path} breaks no rule`, () => assert.deepEqual(broken.get(path), []));
  }
});

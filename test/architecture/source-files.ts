import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout that the tests judge. */
export const checkout: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** One file, as the checks see it. */
export interface SourceFile {
  /** Relative to the checkout, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The files that git has or would take (ignored ones are left out) whose paths match; in order of path. */
export function filesMatching(pattern: RegExp): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    cwd: checkout,
    encoding: 'utf8',
  });
  const deleted = new Set(
    execFileSync('git', ['ls-files', '--deleted'], { cwd: checkout, encoding: 'utf8' }).split('\n'),
  );
  return listed
    .split('\n')
    .filter((path) => pattern.test(path) && !deleted.has(path))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(checkout, path), 'utf8') }));
}

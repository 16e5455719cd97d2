import type { SourceFile } from './source-files.ts';

const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) ([\w$]+)/;

/** Whether the line above `index` ends a docstring. */
function hasDocstring(lines: readonly string[], index: number): boolean {
  let above = index - 1;
  if (!lines[above]?.trimEnd().endsWith('*/')) return false;
  while (above >= 0 && !lines[above]?.includes('/*')) above -= 1;
  return lines[above]?.trimStart().startsWith('/**') === true;
}

/**
 * The exported declarations that no docstring explains, as `path:line name`. Further overloads of an explained
 * function need none; a list `export { a }` is refused, because nobody finds the docstring from it.
 */
export function unexplainedExports(file: SourceFile): readonly string[] {
  const lines = file.text.split('\n');
  const explained = new Set<string>();
  return lines.flatMap((line, index) => {
    const [, name] = declaration.exec(line) ?? [];
    if (name === undefined) {
      const isLocalList = /^export (?:type )?\{/.test(line) && !/^[^}]*\} from /.test(lines.slice(index).join(' '));
      return isLocalList ? [`${file.path}:${index + 1} exports a list; export where it is declared`] : [];
    }
    if (hasDocstring(lines, index)) explained.add(name);
    return explained.has(name) ? [] : [`${file.path}:${index + 1} ${name}`];
  });
}

import { posix } from 'node:path';
import type { SourceFile } from './source-files.ts';

/** What each room may import: names of other rooms, or all of them. */
export type RoomTable = ReadonlyMap<string, ReadonlySet<string> | 'all'>;

/**
 * Reads the table under the heading `## Rooms` of docs/architecture.md.
 * @throws {Error} when there is no such table, or a row allows a room that has no row
 */
export function parseRoomTable(markdown: string): RoomTable {
  const section = markdown.split(/^## Rooms$/m)[1] ?? '';
  const table = new Map<string, ReadonlySet<string> | 'all'>();
  for (const line of section.split(/^## /m)[0]?.split('\n') ?? []) {
    const [, room, allowed] = /^\| ([a-z][a-z-]*) \| ([a-z, -]+) \| /.exec(line) ?? [];
    if (room === undefined || allowed === undefined || room === 'room') continue;
    table.set(room, allowed === 'all' ? 'all' : new Set(allowed === 'none' ? [] : allowed.split(', ')));
  }
  if (table.size === 0) throw new Error('docs/architecture.md has no table of rooms under "## Rooms".');
  for (const [room, allowed] of table) {
    if (allowed === 'all') continue;
    for (const other of allowed)
      if (!table.has(other)) throw new Error(`Row ${room} allows ${other}, which has no row.`);
  }
  return table;
}

/**
 * The modules that a source names in imports, re-exports, type imports and `import()`. It relies on the formatter:
 * a statement starts its line. An `import()` whose module is computed is answered as `(computed)`.
 */
export function importsOf(source: string): readonly string[] {
  const statements = source.matchAll(/^(?:import|export)\b(?:[^;'"]*?\bfrom)?\s*['"]([^'"]+)['"]/gm);
  const calls = source.matchAll(/\bimport\(\s*(?:['"]([^'"]+)['"]|[^'")]+)/g);
  return [...statements, ...calls].map(([, name]) => name ?? '(computed)');
}

const roomOf = (path: string): string => path.split('/')[1] ?? '';

function complaint(file: SourceFile, name: string, table: RoomTable): string | undefined {
  const room = roomOf(file.path);
  const allowed = table.get(room);
  if (allowed === 'all') return undefined;
  if (name === '(computed)') return `${file.path} imports a computed path, which nobody can check`;
  if (!name.startsWith('.')) {
    const isPure = room === 'core' || room === 'ports';
    return isPure ? `${file.path} imports ${name}, and ${room} may import no package` : undefined;
  }
  const target = posix.join(posix.dirname(file.path), name);
  if (!target.startsWith('src/')) return `${file.path} imports ${target}, which is outside src`;
  const other = roomOf(target);
  if (other === room || allowed?.has(other) === true) return undefined;
  return `${file.path} imports ${target}, and ${room} may not import ${other}`;
}

/** Every import under `src/` that the table does not allow, and every file in a room that the table does not name. */
export function forbiddenImports(files: readonly SourceFile[], table: RoomTable): readonly string[] {
  return files.flatMap((file) => {
    if (!table.has(roomOf(file.path))) return [`${file.path} lies in no room of the table`];
    return importsOf(file.text).flatMap((name) => complaint(file, name, table) ?? []);
  });
}

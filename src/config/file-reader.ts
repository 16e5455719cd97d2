import type { FileEntry, FileValue } from './config-file.ts';
import type { ConfigProblem } from './config-problem.ts';
import { nearestWord } from './nearest-word.ts';
import type { ValueType } from './value-type.ts';

/**
 * Reads mappings of the configuration file against what is known, and collects what is wrong instead of stopping
 * at the first problem.
 */
export class FileReader {
  readonly #path: string;
  readonly #problems: ConfigProblem[];

  constructor(path: string, problems: ConfigProblem[]) {
    this.#path = path;
    this.#problems = problems;
  }

  /** Notes a problem with what stands at a line. */
  complain(line: number, key: string, problem: string): void {
    this.#problems.push({ place: `${this.#path}:${line} (${key})`, problem });
  }

  /** The entries of a mapping by key; each that is not in `known` is a problem that names the nearest known one. */
  entries(value: FileValue, key: string, known: readonly string[]): ReadonlyMap<string, FileEntry> {
    const found = new Map<string, FileEntry>();
    if (value.type !== 'map') {
      this.complain(value.line, key, `must be a mapping with ${known.map((word) => `\`${word}\``).join(', ')}`);
      return found;
    }
    for (const entry of value.entries) {
      if (known.includes(entry.key)) {
        found.set(entry.key, entry);
        continue;
      }
      const nearest = nearestWord(entry.key, known);
      this.complain(
        entry.line,
        key === '' ? entry.key : `${key}.${entry.key}`,
        nearest === undefined
          ? `is not known; here one may write ${known.map((word) => `\`${word}\``).join(', ')}`
          : `is not known; did you mean \`${nearest}\`?`,
      );
    }
    return found;
  }

  /** A single value by its type; `undefined` where it is absent or wrong. */
  scalar<T>(entry: FileEntry | undefined, key: string, type: ValueType<T>): T | undefined {
    return entry === undefined ? undefined : this.value(entry.value, key, type);
  }

  /** A value that must be there. */
  required<T>(entry: FileEntry | undefined, key: string, type: ValueType<T>, line: number): T | undefined {
    if (entry === undefined) this.complain(line, key, `is missing; it must be ${type.syntax}`);
    return this.scalar(entry, key, type);
  }

  /** The values of a list by their type. */
  list<T>(entry: FileEntry | undefined, key: string, type: ValueType<T>): readonly T[] {
    if (entry === undefined) return [];
    return this.items(entry, key).flatMap((item, index) => {
      const value = this.value(item, `${key}[${index}]`, type);
      return value === undefined ? [] : [value];
    });
  }

  /** The items of a list, whatever they are. */
  items(entry: FileEntry, key: string): readonly FileValue[] {
    if (entry.value.type === 'list') return entry.value.items;
    this.complain(entry.line, key, 'must be a list: one item a line, each behind a `-`');
    return [];
  }

  /** One value by its type. */
  value<T>(value: FileValue, key: string, type: ValueType<T>): T | undefined {
    if (value.type !== 'scalar') {
      this.complain(value.line, key, `must be ${type.syntax}, not a ${value.type === 'map' ? 'mapping' : 'list'}`);
      return undefined;
    }
    if (value.text === undefined) {
      this.complain(value.line, key, 'has no value; give it one, or leave the line out');
      return undefined;
    }
    const parsed = type.parse(value.text);
    if (parsed.ok) return parsed.value;
    this.complain(value.line, key, parsed.problem);
    return undefined;
  }
}

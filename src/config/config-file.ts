import { readFile } from 'node:fs/promises';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { ConfigError, type ConfigProblem } from './config-problem.ts';

/** A value of the file, and the line where it stands. */
export type FileValue =
  | {
      readonly type: 'scalar';
      /** As it was written; `undefined` where there is nothing. */
      readonly text: string | undefined;
      /** As YAML means it, for what is handed on as JSON. */
      readonly value: string | number | boolean | null;
      readonly line: number;
    }
  | { readonly type: 'list'; readonly items: readonly FileValue[]; readonly line: number }
  | { readonly type: 'map'; readonly entries: readonly FileEntry[]; readonly line: number };

/** One `key: value` of a mapping. */
export interface FileEntry {
  readonly key: string;
  readonly line: number;
  readonly value: FileValue;
}

/** A configuration file that is YAML, not yet compared with what there is to configure. */
export interface ConfigFile {
  readonly path: string;
  readonly root: Extract<FileValue, { type: 'map' }>;
}

// A configuration of this size repeats itself a few times; an alias bomb does so thousands of times.
const maxAliases = 100;

/**
 * Parses YAML 1.2. Scalars keep the text that was written, so that `port: 08443` cannot turn into another number.
 * @throws {ConfigError} with every syntax error and its line.
 */
export function parseConfigFile(path: string, source: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const broken = document.errors.map((error) => ({
    place: `${path}:${lines.linePos(error.pos[0]).line}`,
    problem: `is not YAML: ${error.message}`,
  }));
  if (broken.length > 0) throw new ConfigError(broken);
  let aliases = 0;

  function convert(node: unknown, line: number): FileValue {
    const at = positionOf(node, line);
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > maxAliases) throw fileError(at, `has more than ${maxAliases} aliases`);
      return convert(node.resolve(document), at);
    }
    if (isScalar(node)) {
      const text = node.value === null ? undefined : node.source;
      return { type: 'scalar', text, value: meaningOf(node.value, text), line: at };
    }
    if (isSeq(node)) return { type: 'list', items: node.items.map((item) => convert(item, at)), line: at };
    if (isMap(node)) {
      const entries = node.items.map((pair) => {
        const keyLine = positionOf(pair.key, at);
        if (!isScalar(pair.key)) throw fileError(keyLine, 'has a key that is not a word');
        return { key: String(pair.key.value), line: keyLine, value: convert(pair.value, keyLine) };
      });
      return { type: 'map', entries, line: at };
    }
    return { type: 'scalar', text: undefined, value: null, line: at };
  }

  function positionOf(node: unknown, fallback: number): number {
    const start = (node as Node | null | undefined)?.range?.[0];
    return start === undefined ? fallback : lines.linePos(start).line;
  }

  function fileError(line: number, problem: string): ConfigError {
    return new ConfigError([{ place: `${path}:${line}`, problem }]);
  }

  const root = convert(document.contents, 1);
  if (root.type === 'map') return { path, root };
  if (root.type === 'scalar' && root.text === undefined) return { path, root: { type: 'map', entries: [], line: 1 } };
  throw fileError(root.line, 'must be a mapping of keys to values, such as `port: 8443`');
}

/** JSON has no infinities and no dates; what it has not stays the text that it was written as. */
function meaningOf(value: unknown, text: string | undefined): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : (text ?? '');
}

/**
 * Reads the configuration file.
 * @param required false for the place that is only looked at (`/etc/longarm/longarm.yaml`).
 * @returns undefined where there is no such file and none is required.
 * @throws {ConfigError} when it cannot be read or is not YAML.
 */
export async function loadConfigFile(path: string, required = true): Promise<ConfigFile | undefined> {
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && !required) return undefined;
    const problem: ConfigProblem = {
      place: path,
      problem: code === 'ENOENT' ? 'does not exist' : `cannot be read: ${String(error)}`,
    };
    throw new ConfigError([problem]);
  }
  return parseConfigFile(path, source);
}

/** Which file is read: `--config`, else `LONGARM_CONFIG`, else the system's, which need not exist. */
export function configFilePath(
  flag: string | undefined,
  variable: string | undefined,
): { readonly path: string; readonly required: boolean } {
  const named = flag ?? (variable === '' ? undefined : variable);
  return named === undefined ? { path: '/etc/longarm/longarm.yaml', required: false } : { path: named, required: true };
}

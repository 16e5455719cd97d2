import type { Limits } from '../core/limits.ts';
import type { ConfigFile, FileEntry } from './config-file.ts';
import { ConfigError, type ConfigProblem } from './config-problem.ts';
import type { Config } from './config.ts';
import { readDeclaredClusters } from './declared-cluster.ts';
import { FileReader } from './file-reader.ts';
import { limitOptions } from './limit-options.ts';
import type { Environment, Option } from './option.ts';
import { describeOptions, options } from './options.ts';
import { readTrustedIssuers } from './trusted-issuer.ts';

/** What the configuration is made of. */
export interface ConfigSources {
  /** By the names of the options, as the command line gave them. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly environment: Environment;
  readonly file: ConfigFile | undefined;
}

const listKeys = ['issuers', 'clusters'] as const;

/**
 * Resolves every setting once: flag, else variable, else file, else default. The result is frozen.
 * @throws {ConfigError} with *all* that is wrong, each with its place.
 */
export function resolveConfig(sources: ConfigSources): Config {
  const problems: ConfigProblem[] = [];
  const reader = new FileReader(sources.file?.path ?? '', problems);
  const entries = sources.file === undefined ? new Map<string, FileEntry>() : flattenFile(sources.file, reader);

  const read = <T>(option: Option<T>): T => {
    const given = sourcesOf(option, sources, entries);
    for (const { place, text } of given.texts) {
      const parsed = option.type.parse(text);
      if (parsed.ok) return parsed.value;
      problems.push({ place, problem: parsed.problem });
    }
    const fromFile = given.texts.length > 0 ? undefined : reader.scalar(given.entry, option.key, option.type);
    return fromFile ?? defaultOf(option, sources.environment);
  };

  const limits = Object.fromEntries(Object.entries(limitOptions).map(([field, option]) => [field, read(option)]));
  const certFile = read(options.tlsCertFile);
  const keyFile = read(options.tlsKeyFile);
  const config: Config = {
    dataDir: read(options.dataDir),
    host: read(options.host),
    port: read(options.port),
    publicUrl: read(options.publicUrl),
    tls: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
    plainHttp: {
      enabled: read(options.plainHttp),
      host: read(options.plainHttpHost),
      port: read(options.plainHttpPort),
    },
    tenantId: read(options.tenantId),
    subscriptionId: read(options.subscriptionId),
    location: read(options.location),
    provisioningStateCase: read(options.provisioningStateCase),
    extensions: read(options.extensions),
    maxHoldSeconds: read(options.maxHoldSeconds),
    bodyLimitBytes: read(options.bodyLimitBytes),
    contextLimitBytes: read(options.contextLimitBytes),
    limits: { ...(limits as Record<keyof Limits, number>) },
    leaseMs: read(options.leaseMs),
    workerConcurrency: read(options.workerConcurrency),
    toolboxImage: read(options.toolboxImage),
    processUser: read(options.processUser),
    auditRetentionMs: read(options.auditRetentionMs),
    metricsTokenFile: read(options.metricsTokenFile),
    logLevel: read(options.logLevel),
    issuers: readTrustedIssuers(entries.get('issuers'), reader),
    clusters: readDeclaredClusters(entries.get('clusters'), reader),
  };
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const missing = certFile === undefined ? options.tlsCertFile : options.tlsKeyFile;
    problems.push({ place: missing.flag, problem: 'is missing: certificate and key go together' });
  }
  if (config.plainHttp.enabled && config.publicUrl === undefined) {
    problems.push({
      place: options.publicUrl.flag,
      problem: 'is missing: behind a TLS proxy only you know the URL that clients use',
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return freezeDeeply(config);
}

/** What an option is where nobody sets it. */
function defaultOf<T>(option: Option<T>, environment: Environment): T {
  const text = option.defaultFrom?.(environment) ?? option.default;
  // An option without a default is `optional()`, whose values may be undefined.
  if (text === undefined) return undefined as T;
  const parsed = option.type.parse(text);
  if (parsed.ok) return parsed.value;
  throw new Error(`The default of ${option.flag} ${parsed.problem}.`);
}

/** The first of flag and variable that is there; a wrong one hides nothing behind it, so it is the only text. */
function sourcesOf(
  option: Option<unknown>,
  { flags, environment }: ConfigSources,
  entries: ReadonlyMap<string, FileEntry>,
): { readonly texts: readonly { place: string; text: string }[]; readonly entry: FileEntry | undefined } {
  const flag = flags[option.name];
  const variable = environment[option.variable];
  const entry = entries.get(option.key);
  if (flag !== undefined) return { texts: [{ place: option.flag, text: String(flag) }], entry };
  // An empty variable counts as none: container tools and CI systems have no other way to unset one.
  if (variable === undefined || variable === '' || option.ignoresVariable?.test(variable) === true) {
    return { texts: [], entry };
  }
  return { texts: [{ place: option.variable, text: variable }], entry };
}

/** The file's entries by dotted key; what is not known is a problem. */
function flattenFile(file: ConfigFile, reader: FileReader): ReadonlyMap<string, FileEntry> {
  const paths = describeOptions().map(({ key }) => key.split('.'));
  const sections = new Set(paths.flatMap(([section, word]) => (word === undefined ? [] : [section ?? ''])));
  const top = [...new Set(paths.map(([first]) => first ?? '')), ...listKeys];
  const flat = new Map<string, FileEntry>();
  for (const [key, entry] of reader.entries(file.root, '', top)) {
    if (!sections.has(key)) {
      flat.set(key, entry);
      continue;
    }
    const words = paths.flatMap(([section, word]) => (section === key && word !== undefined ? [word] : []));
    for (const [word, inner] of reader.entries(entry.value, key, words)) flat.set(`${key}.${word}`, inner);
  }
  return flat;
}

function freezeDeeply<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freezeDeeply(inner);
  return Object.freeze(value);
}

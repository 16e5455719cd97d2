import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package whose code is in the bundle. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its licence files, whole. */
  readonly texts: readonly string[];
}

const textOf = (value: unknown, key: string): string => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : '';
};

function readPackage(checkout: string, folder: string): BundledPackage {
  const root = join(checkout, folder);
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = readdirSync(root).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  return {
    name: textOf(manifest, 'name'),
    version: textOf(manifest, 'version'),
    license: textOf(manifest, 'license'),
    texts: files.toSorted().map((file) => readFileSync(join(root, file), 'utf8').trim()),
  };
}

/** The folder of the package that a bundled file belongs to; nothing for our own files. */
function packageFolder(input: string): string | undefined {
  return /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

/**
 * The licences of everything that is in the bundle, as their authors ask to have them passed on.
 * @param inputs the files that went into it, relative to the checkout
 * @throws {Error} when a package says nothing about its licence
 */
export function thirdPartyNotices(checkout: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((input) => packageFolder(input) ?? []));
  const packages = [...folders]
    .filter((folder) => existsSync(join(checkout, folder, 'package.json')))
    .toSorted()
    .map((folder) => readPackage(checkout, folder));
  const silent = packages.filter(({ license, texts }) => license === '' && texts.length === 0);
  if (silent.length > 0) throw new Error(`No licence is stated by ${silent.map(({ name }) => name).join(', ')}.`);
  const sections = packages.map(({ name, version, license, texts }) =>
    [`${name} ${version} (${license})`, ...texts].join('\n\n'),
  );
  return `Longarm contains code of these packages, under their own licences.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

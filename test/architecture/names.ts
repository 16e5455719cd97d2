import type { SourceFile } from './source-files.ts';

const hollow = /^(?:manager|helper|util|common|service|data|info|base|misc)s?$/;

/** A hollow word that is the field's own name for the thing it stands in. */
const fieldWords: readonly RegExp[] = [
  // `--data-dir` is what every server of this kind calls the folder that it owns.
  /data-?dir(?:ectory|ectories)?\b/i,
];

const withoutFieldWords = (name: string): string => fieldWords.reduce((rest, word) => rest.replace(word, ''), name);

/** The words of a name that say nothing: of a path its folders and file, of a type its parts in camel case. */
export function hollowWords(name: string): readonly string[] {
  const words = withoutFieldWords(name).split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/);
  return words.filter((word) => hollow.test(word.toLowerCase()));
}

/** The types that a source declares, by name. */
export function typesDeclaredIn(file: SourceFile): readonly string[] {
  return [...file.text.matchAll(/^(?:export )?(?:abstract )?(?:class|interface|type) (\w+)/gm)].map(
    ([, name]) => name ?? '',
  );
}

import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Every document that people read, relative to the checkout. */
export const documents: readonly string[] = globSync(['*.md', '{docs,deploy}/**/*.md'], { cwd: checkout }).toSorted();

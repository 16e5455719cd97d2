/**
 * `npm run docs` writes what the documents take from code; `node tools/docs.ts --check` fails when they differ. All
 * that is generated is in one list, so that whoever adds a table adds a line here.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationMarkdown } from '../src/config/configuration-markdown.ts';
import { commandReference } from './docs/command-reference.ts';
import { errorTable, reasonTable } from './docs/error-tables.ts';
import { type GeneratedText, replaceBlock } from './docs/generated-block.ts';
import { podOfACommand, serverRightsTable } from './docs/kubernetes-objects.ts';
import { createReasonTable, endReasonTable, startReasonTable } from './docs/kubernetes-reason-tables.ts';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

const generated: readonly GeneratedText[] = [
  { document: 'docs/configuration.md', generate: configurationMarkdown },
  { document: 'docs/cli.md', block: 'verbs', generate: commandReference },
  { document: 'docs/errors.md', block: 'error codes', generate: errorTable },
  { document: 'docs/errors.md', block: 'reasons', generate: reasonTable },
  { document: 'docs/kubernetes.md', block: 'the pod', generate: podOfACommand },
  { document: 'docs/kubernetes.md', block: "the server's rights", generate: serverRightsTable },
  { document: 'docs/kubernetes-reasons.md', block: 'reasons of creation', generate: createReasonTable },
  { document: 'docs/kubernetes-reasons.md', block: 'reasons of starting', generate: startReasonTable },
  { document: 'docs/kubernetes-reasons.md', block: 'reasons of ending', generate: endReasonTable },
];

/** Brings one document up to date, or only says that it is not; answers what is wrong. */
async function settle(text: GeneratedText, isWriting: boolean): Promise<string | undefined> {
  const path = join(checkout, text.document);
  const current = existsSync(path) ? readFileSync(path, 'utf8') : '';
  try {
    const wanted = replaceBlock(current, text, await text.generate());
    if (wanted === current) return undefined;
    if (!isWriting)
      return `${text.document} is not what the code says (${text.block ?? 'all of it'}); run npm run docs.`;
    writeFileSync(path, wanted);
    process.stdout.write(`wrote ${text.document} (${text.block ?? 'all of it'})\n`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const [mode] = process.argv.slice(2);
if (mode === '--write' || mode === '--check') {
  for (const text of generated) {
    const complaint = await settle(text, mode === '--write');
    if (complaint === undefined) continue;
    process.stderr.write(`${complaint}\n`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write('usage: node tools/docs.ts --write | --check\n');
  process.exitCode = 2;
}

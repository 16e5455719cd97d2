import { createHash } from 'node:crypto';
import type { ArmClient } from '../../src/client/arm-client.ts';
import type { OutputOptions } from '../../src/client/get-output.ts';
import type { CommandRef } from '../../src/client/session.ts';
import type { CommandResult } from '../../src/wire/command-result-schema.ts';

/** Output, told by what two of them are compared by: megabytes are not worth a line-by-line difference. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** The digest of bytes that are there. */
export function digestOf(bytes: Uint8Array): Digest {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Reads a command's output through the client, to its end. */
export async function readOutput(
  client: ArmClient,
  command: CommandRef,
  options: OutputOptions = {},
): Promise<Digest & { readonly result: CommandResult }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const chunks = client.followOutput(command, options);
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return { bytes, sha256: hash.digest('hex'), result: next.value };
    hash.update(next.value);
    bytes += next.value.length;
  }
}

/** What the result says of the stored output. */
export function storedOf(result: CommandResult): Digest {
  const { storedBytes, sha256 } = result.properties.longarm ?? {};
  return { bytes: storedBytes ?? -1, sha256: sha256 ?? '' };
}

/** Waits until the command has written a line; answers what it has written by then. */
export async function firstOutput(client: ArmClient, command: CommandRef): Promise<string> {
  let text = '';
  for await (const chunk of client.followOutput(command)) {
    text += Buffer.from(chunk).toString();
    if (text.includes('\n')) return text;
  }
  throw new Error(`Command ${command.id} ended without a line of output.`);
}

import { type CommandId, parseCommandId } from '../core/command-id.ts';
import { LongarmError } from '../core/error-code.ts';
import { type Instant, instantFromMs } from '../core/instant.ts';

/** The last command of a page: the next page goes on behind it. */
export interface PageCursor {
  readonly submittedAt: Instant;
  readonly id: CommandId;
}

/** The largest time that a `Date` can hold, in milliseconds. Source: ECMA-262, *Time Values and Time Range*. */
const lastMs = 8.64e15;

/** Writes a cursor as the `$skipToken` of a `nextLink`. Clients take it as it is and must not read it. */
export function toSkipToken(cursor: PageCursor): string {
  return Buffer.from(`${cursor.submittedAt}.${cursor.id}`).toString('base64url');
}

/**
 * Reads the `$skipToken` of a request; `undefined` on the first page.
 * @throws {LongarmError} InvalidParameter, target `$skipToken`, for what is not one of ours.
 */
export function parseSkipToken(token: string | undefined): PageCursor | undefined {
  if (token === undefined || token === '') return undefined;
  const match = /^(\d{1,16})\.(.+)$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  const id = parseCommandId(match?.[2] ?? '');
  const ms = Number(match?.[1]);
  if (id === undefined || !(ms <= lastMs)) {
    throw new LongarmError(
      'InvalidParameter',
      'The $skipToken is not one that this server gave. Follow `nextLink` as it is, or begin again without $skipToken.',
      { target: '$skipToken' },
    );
  }
  return { submittedAt: instantFromMs(ms), id };
}

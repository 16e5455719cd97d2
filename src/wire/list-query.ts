import Type from 'typebox';
import { type Phase, phases } from '../core/command.ts';
import { LongarmError } from '../core/error-code.ts';
import { type Instant, parseRfc3339 } from '../core/instant.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import type { Parameter } from './operation.ts';
import { type PageCursor, parseSkipToken } from './paging.ts';
import { quote } from './quote.ts';

/** What a list of commands is asked for, as `ports/command-store.ts` takes it, but for the cluster. */
export interface ListQuery {
  readonly phases?: readonly Phase[];
  /** The key of a principal. */
  readonly submittedBy?: string;
  readonly submittedFrom?: Instant;
  readonly submittedTo?: Instant;
  readonly after?: PageCursor;
  /** Commands in one page. */
  readonly limit: number;
}

const defaultLimit = 100;
const largestLimit = 1000;

/** Which phases each of ARM's words covers. A non-zero exit is `completed`, in strict mode too, hence Succeeded here. */
const phasesByStatus: Readonly<Record<string, readonly Phase[]>> = {
  running: ['accepted', 'claimed', 'launching', 'running'],
  succeeded: ['completed'],
  failed: ['failed'],
  canceled: ['cancelled'],
};

/** The query parameters of the list, for the operations table. */
export const listQueryParameters: readonly Parameter[] = [
  describe('phase', `Only commands in these phases, with commas between them: ${phases.join(', ')}.`),
  describe('status', 'Only commands in these states: Running, Succeeded, Failed, Canceled. Not together with `phase`.'),
  describe('submittedBy', 'Only commands of this principal: `me`, or the issuer, a `|` and the object id.'),
  describe('from', 'Only commands submitted at or after this time, RFC 3339.'),
  describe('to', 'Only commands submitted before this time, RFC 3339.'),
  describe('$top', `How many in one page, 1 to ${largestLimit}; ${defaultLimit} where it is absent.`),
  describe('$skipToken', 'Where the page begins: from `nextLink`.'),
];

/**
 * Reads the query of the list of commands. An empty value counts as absent. `caller` is whom `submittedBy=me` means.
 * @throws {LongarmError} InvalidParameter, the parameter's name as target.
 */
export function parseListQuery(query: Readonly<Record<string, string>>, caller?: Principal): ListQuery {
  const read = (name: string) => (query[name] === '' ? undefined : query[name]);
  const inPhases = parsePhases(read('phase'), read('status'));
  const submittedBy = parseSubmittedBy(read('submittedBy'), caller);
  const submittedFrom = parseTime('from', read('from'));
  const submittedTo = parseTime('to', read('to'));
  const after = parseSkipToken(read('$skipToken'));
  return {
    ...(inPhases === undefined ? {} : { phases: inPhases }),
    ...(submittedBy === undefined ? {} : { submittedBy }),
    ...(submittedFrom === undefined ? {} : { submittedFrom }),
    ...(submittedTo === undefined ? {} : { submittedTo }),
    ...(after === undefined ? {} : { after }),
    limit: parseTop(read('$top')),
  };
}

function parsePhases(phase: string | undefined, status: string | undefined): readonly Phase[] | undefined {
  if (phase !== undefined && status !== undefined) {
    throw refuse('status', '`phase` and `status` say the same in two ways; give one of them.');
  }
  const words = (phase ?? status)?.split(',').map((word) => word.trim().toLowerCase());
  if (words === undefined) return undefined;
  const asked = new Set(words.flatMap((word) => (phase === undefined ? byStatus(word) : byPhase(word))));
  return phases.filter((each) => asked.has(each));
}

function byPhase(word: string): readonly Phase[] {
  const found = phases.filter((each) => each === word);
  if (found.length === 0) throw refuse('phase', `${quote(word)} is not a phase. Phases are ${phases.join(', ')}.`);
  return found;
}

function byStatus(word: string): readonly Phase[] {
  const found = Object.hasOwn(phasesByStatus, word) ? phasesByStatus[word] : undefined;
  if (found === undefined) {
    throw refuse('status', `${quote(word)} is not a state. States are Running, Succeeded, Failed and Canceled.`);
  }
  return found;
}

function parseSubmittedBy(text: string | undefined, caller: Principal | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text.toLowerCase() === 'me' && caller !== undefined) return principalKey(caller);
  // Ids may have a `|` themselves, issuers (URLs) do not.
  if (/^[^|]+\|./u.test(text)) return text;
  throw refuse(
    'submittedBy',
    `${quote(text)} names no principal. Give \`me\`, or the issuer, a \`|\` and the object id, as in \`longarm.submittedBy\` of a result.`,
  );
}

function parseTime(name: string, text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  const instant = parseRfc3339(text);
  if (instant === undefined) {
    throw refuse(name, `${quote(text)} is not a time like 2026-01-31T08:00:00Z. (A \`+\` in a query is written %2B.)`);
  }
  return instant;
}

function parseTop(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  const top = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (top < 1 || top > largestLimit) {
    throw refuse('$top', `$top is ${quote(text)}; it must be a whole number from 1 to ${largestLimit}.`);
  }
  return top;
}

function describe(name: string, description: string): Parameter {
  return { name, in: 'query', description, schema: Type.String() };
}

function refuse(target: string, message: string): LongarmError {
  return new LongarmError('InvalidParameter', message, { target });
}

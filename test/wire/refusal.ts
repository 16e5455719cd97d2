import assert from 'node:assert/strict';
import { type ErrorCode, LongarmError } from '../../src/core/error-code.ts';

/** What a parser must throw. */
export interface ExpectedRefusal {
  readonly code: ErrorCode;
  readonly target?: string;
  readonly message?: RegExp;
}

/** Asserts that `parse` throws a `LongarmError` with this code, target and message. */
export function assertRefused(parse: () => unknown, expected: ExpectedRefusal): void {
  assert.throws(parse, (error) => isRefusal(error, expected));
}

/** Asserts that `promise` rejects with a `LongarmError` with this code, target and message. */
export async function assertRejected(promise: Promise<unknown>, expected: ExpectedRefusal): Promise<void> {
  await assert.rejects(promise, (error) => isRefusal(error, expected));
}

/** Runs `parse` and lets nothing through but a result or a `LongarmError`: for arbitrary input. */
export function onlyRefuses(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof LongarmError)) throw error;
  }
}

function isRefusal(error: unknown, { code, target, message }: ExpectedRefusal): true {
  assert.ok(error instanceof LongarmError, `expected a LongarmError, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  if (target !== undefined) assert.equal(error.target, target);
  if (message !== undefined) assert.match(error.message, message);
  return true;
}

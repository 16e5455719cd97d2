import type { Brand } from '../core/brand.ts';
import { LongarmError } from '../core/error-code.ts';
import { quote } from './quote.ts';

/** An `api-version` as the client wrote it: what `Location` must repeat. */
export type ApiVersion = Brand<string, 'ApiVersion'>;

/** The first api-version of managed clusters that has both operations. Source: `@azure/arm-containerservice` and azure-mgmt-containerservice 15.1.0. */
export const oldestApiVersion = '2021-03-01';

/**
 * Parses the `api-version` of a request. Any calendar date from `oldest` on is taken, with or without `-preview`: the contract has not changed since, and a fixed list would refuse each new SDK on its first day.
 * Source: azure-resource-manager-rpc, `v1.0/common-api-details.md`, *api-version*.
 * @throws {LongarmError} MissingApiVersionParameter, InvalidApiVersionParameter.
 */
export function parseApiVersion(text: string | undefined, oldest: string = oldestApiVersion): ApiVersion {
  const date = dateOfApiVersion(text);
  if (date < oldest) throw invalidApiVersion(text ?? '', `dates from ${oldest} on`);
  return (text ?? '') as ApiVersion;
}

/**
 * The date in an api-version, `YYYY-MM-DD`, whatever its age: such dates compare as text.
 * @throws {LongarmError} MissingApiVersionParameter, InvalidApiVersionParameter.
 */
export function dateOfApiVersion(text: string | undefined): string {
  if (text === undefined || text === '') {
    throw new LongarmError(
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
      { target: 'api-version' },
    );
  }
  const date = /^(\d{4}-\d{2}-\d{2})(-preview)?$/i.exec(text)?.[1];
  if (date === undefined || !isCalendarDate(date)) throw invalidApiVersion(text, 'dates');
  return date;
}

function isCalendarDate(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  // A day that the month does not have either is no date at all or rolls over into the next month.
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}

function invalidApiVersion(text: string, supported: string): LongarmError {
  return new LongarmError(
    'InvalidApiVersionParameter',
    `The api-version ${quote(text)} is invalid. Supported are ${supported}, written YYYY-MM-DD, with or without '-preview'.`,
    { target: 'api-version' },
  );
}

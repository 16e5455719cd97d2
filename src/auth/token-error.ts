import { errors } from 'jose';
import { LongarmError } from '../core/error-code.ts';
import { type Instant, instantFromMs } from '../core/instant.ts';
import { printable } from '../wire/oauth-printable.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** Turns what is wrong with a token into ARM's code and words. The token itself is never part of them. */
export function toTokenError(error: errors.JOSEError, issuer: TrustedIssuer, now: Instant): LongarmError {
  if (error instanceof errors.JWTExpired) {
    return new LongarmError(
      'ExpiredAuthenticationToken',
      `The access token expiry UTC time '${timeOf(error.payload.exp)}' is earlier than current UTC time '${toUsTime(now)}'.`,
    );
  }
  if (error instanceof errors.JWTClaimValidationFailed) return toClaimError(error, issuer, now);
  return invalid(reasonOf(error), error);
}

function toClaimError(error: errors.JWTClaimValidationFailed, issuer: TrustedIssuer, now: Instant): LongarmError {
  const { aud, nbf } = error.payload;
  if (error.claim === 'aud') {
    const asked = printable(
      [aud]
        .flat()
        .filter((audience) => typeof audience === 'string')
        .join(', '),
    );
    return new LongarmError(
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${asked}'. It should exactly match with one ` +
        `of the allowed audiences '${issuer.audiences.join("','")}'.`,
    );
  }
  if (error.claim === 'nbf' && error.reason === 'check_failed') {
    return new LongarmError(
      'ExpiredAuthenticationToken',
      `The access token is not valid before UTC time '${timeOf(nbf)}', and the current UTC time is '${toUsTime(now)}'. ` +
        'Check the clocks of the issuer and of this server.',
    );
  }
  return invalid(`its claim '${error.claim}' is missing or malformed.`, error);
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not that of its issuer.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer publishes no key of that name and algorithm.';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'its issuer publishes several keys of that name.';
  return 'it is malformed, or signed in a way that is not taken.';
}

function invalid(reason: string, cause: unknown): LongarmError {
  return new LongarmError('InvalidAuthenticationToken', `The access token is invalid: ${reason}`, { cause });
}

function timeOf(seconds: unknown): string {
  const isTime = typeof seconds === 'number' && Math.abs(seconds) < 8.64e12;
  return isTime ? toUsTime(instantFromMs(seconds * 1000)) : 'unknown';
}

/** ARM writes the times of this message as `M/d/yyyy h:mm:ss tt`. */
function toUsTime(instant: Instant): string {
  const date = new Date(instant);
  const hours = date.getUTCHours();
  const padded = (count: number) => String(count).padStart(2, '0');
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  const time = `${hours % 12 === 0 ? 12 : hours % 12}:${padded(date.getUTCMinutes())}:${padded(date.getUTCSeconds())}`;
  return `${day} ${time} ${hours < 12 ? 'AM' : 'PM'}`;
}

import type { X509Certificate } from 'node:crypto';
import { addMs, type Instant, instantFromMs, msBetween } from '../../core/instant.ts';

/** From when until when a certificate holds. */
export interface ValidityPeriod {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

// A client whose clock is behind ours would otherwise refuse a certificate made just now.
const backdateMs = 60 * 60 * 1000;

/** A period of `lengthMs` that begins an hour ago. */
export function periodFrom(now: Instant, lengthMs: number): ValidityPeriod {
  const notBefore = addMs(now, -backdateMs);
  return { notBefore, notAfter: addMs(notBefore, lengthMs) };
}

/** The period of a certificate. */
export function periodOf(certificate: X509Certificate): ValidityPeriod {
  return {
    notBefore: instantFromMs(certificate.validFromDate.getTime()),
    notAfter: instantFromMs(certificate.validToDate.getTime()),
  };
}

/** Tells whether the period has begun and more than `marginMs` of it is left. */
export function isCurrent({ notBefore, notAfter }: ValidityPeriod, now: Instant, marginMs: number): boolean {
  return notBefore <= now && msBetween(now, notAfter) > marginMs;
}

/**
 * Certificates that cannot be made or used. The message names the file or host, says what is wrong with it, and what
 * the operator can do.
 */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

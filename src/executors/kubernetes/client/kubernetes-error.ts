/** What the API server says of a failure, beside its sentence. */
export interface KubernetesFailure {
  /** The HTTP status, or the code in a `Status` that came with a 2xx. */
  readonly code: number;
  /** Kubernetes' word for it: `NotFound`, `AlreadyExists`, `Forbidden`, …; `Http404` and so on where there was none. */
  readonly reason: string;
  readonly message: string;
  /** `details` of the `Status`: the causes, the object's name and kind. */
  readonly details?: unknown;
  /** When the server asks to be tried again. */
  readonly retryAfterMs?: number;
}

/**
 * What the API server answered instead of doing it. With a code below 500 nothing was done; from 500 on it may have
 * been done all the same.
 */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly code: number;
  readonly reason: string;
  readonly details: unknown;
  readonly retryAfterMs: number | undefined;

  constructor(failure: KubernetesFailure) {
    super(failure.message);
    this.code = failure.code;
    this.reason = failure.reason;
    this.details = failure.details;
    this.retryAfterMs = failure.retryAfterMs;
  }
}

/**
 * No whole answer came: refused, reset, a deadline, a certificate, half a body. What became of the request is not known.
 * The message names the server, says what happened, and what to check.
 */
export class Unreachable extends Error {
  override readonly name: string = 'Unreachable';
}

/**
 * The credentials for the next request could not be had: a file that cannot be read, an exec plugin that failed.
 * Nothing was sent.
 */
export class NoCredentials extends Unreachable {
  override readonly name = 'NoCredentials';
}

/** An exec's connection ended, or fell silent, without the status frame. The program in the container may still run. */
export class ExecBroken extends Error {
  override readonly name = 'ExecBroken';
}

/** The API server does not speak `v5.channel.k8s.io`, which Kubernetes has from 1.30 on. */
export class TooOld extends Error {
  override readonly name = 'TooOld';
}

/** Whether the API server itself says that there is no such object; a 404 of something on the way does not count. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesError && error.code === 404 && error.reason === 'NotFound';
}

/** Whether the API server says that there is an object of this name already. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof KubernetesError && error.code === 409 && error.reason === 'AlreadyExists';
}

/** What is known of an error beside its message. */
export interface ArmErrorFacts {
  /** The HTTP status; absent where there was no answer. */
  readonly status?: number;
  /** The server's code, or ours for a request that was not answered: `ConnectionFailed`, `CertificateRefused`. */
  readonly code: string;
  readonly target?: string;
  /** When the server asks to be tried again. */
  readonly retryAfterMs?: number;
  /** How often the request was sent before this was the last word. */
  readonly attempts?: number;
  /** Whether the server may have acted on one of those attempts all the same. */
  readonly mayHaveActed?: boolean;
  readonly cause?: unknown;
}

/** The one error of this room: what an ARM endpoint answered, or why there was no answer, and what to do. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  readonly status: number | undefined;
  readonly code: string;
  readonly target: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly attempts: number;
  readonly mayHaveActed: boolean;
  readonly #facts: ArmErrorFacts;

  constructor(message: string, facts: ArmErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.code = facts.code;
    this.target = facts.target;
    this.retryAfterMs = facts.retryAfterMs;
    this.attempts = facts.attempts ?? 1;
    this.mayHaveActed = facts.mayHaveActed ?? false;
    this.#facts = facts;
  }

  /** The same error with what all attempts together say. */
  asLastWord(attempts: number, mayHaveActed: boolean): ArmError {
    return new ArmError(this.message, { ...this.#facts, cause: this.cause, attempts, mayHaveActed });
  }
}

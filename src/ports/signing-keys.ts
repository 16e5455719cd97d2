import type { Instant } from '../core/instant.ts';

/** A key pair that signs our own tokens. */
export interface SigningKey {
  /** The `kid` of its tokens. */
  readonly id: string;
  /** The private key as a JSON Web Key; sealed at rest. */
  readonly privateJwk: Readonly<Record<string, unknown>>;
  readonly createdAt: Instant;
}

/** The signing keys of the token endpoint, newest first. */
export interface SigningKeys {
  signingKeys(): Promise<readonly SigningKey[]>;
  addSigningKey(key: SigningKey): Promise<void>;
  removeSigningKey(id: string): Promise<void>;
}

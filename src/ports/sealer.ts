/**
 * Keeps secrets at rest. AES-256-GCM under a key that lives in a file of its own. Each sealed value carries the
 * id of its key and is bound to its `place`, so a value copied to another row or column does not open.
 */
export interface Sealer {
  /** Seals bytes for one place, for example `command/0e98…/text`. */
  seal(place: string, plain: Uint8Array): Uint8Array;
  /**
   * Opens what `seal` made for the same place.
   * @throws {SealError} when the key is another one, the place is another one, or the bytes were changed.
   */
  open(place: string, sealed: Uint8Array): Uint8Array;
}

/** A sealed value that does not open; the message says which key is missing or what does not fit. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

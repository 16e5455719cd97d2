import type { CommandId, LeaseToken } from '../../core/command-id.ts';
import { noOutput, type SealedOutput } from '../../core/command.ts';
import type { ControlPlane } from '../dependencies.ts';
import { requireHeld } from './held-command.ts';

/** A seal: how much was stored, and its digest. */
export type Seal = Pick<SealedOutput, 'storedBytes' | 'sha256'>;

/**
 * The seals that were made and not yet reported. A digest is that of the store, never a worker's word; to remember it
 * saves reading the output a second time between its seal and the end of its command.
 */
export class Seals {
  readonly #plane: ControlPlane;
  readonly #made = new Map<CommandId, Seal & { readonly token: LeaseToken }>();

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  /** Makes what is stored durable and final. Nothing stored needs no sealing. @throws {LeaseLost} */
  async make(id: CommandId, token: LeaseToken): Promise<Seal> {
    await this.#plane.store.read(({ commands }) => requireHeld(commands, id, token));
    const storedBytes = await this.#plane.outputs.length(id);
    return this.#seal(id, token, storedBytes);
  }

  /** Whether the holder of this lease has sealed the output, and be it an empty one, which the store knows nothing of. */
  hasMade(id: CommandId, token: LeaseToken): boolean {
    return this.#made.get(id)?.token === token;
  }

  /**
   * Seals what is reported, where that was not done yet. Not for a worker whose lease is over: whoever has it may be
   * storing more.
   * @throws when the output that is reported is not the one that is sealed. @throws {LeaseLost}
   */
  async require(id: CommandId, token: LeaseToken, output: SealedOutput): Promise<void> {
    await this.#plane.store.read(({ commands }) => requireHeld(commands, id, token));
    const known = this.#made.get(id);
    const made = known?.token === token ? known : await this.#seal(id, token, output.storedBytes);
    if (made.sha256 === output.sha256 && made.storedBytes === output.storedBytes) return;
    throw new Error(`The output of command ${id} has the digest ${made.sha256}, and ${output.sha256} was reported.`);
  }

  /** The command has ended, or its worker has changed. */
  forget(id: CommandId): void {
    this.#made.delete(id);
  }

  async #seal(id: CommandId, token: LeaseToken, storedBytes: number): Promise<Seal> {
    const empty = { storedBytes: 0, sha256: noOutput.sha256 };
    const seal = storedBytes === 0 ? empty : { storedBytes, ...(await this.#plane.outputs.seal(id, storedBytes)) };
    this.#made.set(id, { ...seal, token });
    return seal;
  }
}

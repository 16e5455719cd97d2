import type { AuditLog } from './audit-log.ts';
import type { CommandStore } from './command-store.ts';
import type { Directory } from './directory.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Everything that is kept in the database. */
export interface Repositories {
  readonly commands: CommandStore;
  readonly directory: Directory;
  readonly audit: AuditLog;
  readonly signingKeys: SigningKeys;
}

/**
 * The database, as two ways in. A use case authorises, acts and audits in *one* `write`.
 */
export interface Store {
  /** Reads a consistent state that is committed. Writing through it is an error. */
  read<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /**
   * Does `work` alone and whole: when it rejects, nothing of it is kept. Resolves only when it is durably on disk.
   * Writes that arrive together share a commit, so `work` must wait for nothing but the repositories it is given.
   */
  write<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /** Finishes the writes that were begun and closes. May be called twice. */
  close(): Promise<void>;
}

/** The store cannot write at the moment (disk full, file gone); nothing of the transaction is kept. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

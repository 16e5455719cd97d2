import type { EntryPath } from './entry-path.ts';
import { refuseEntry } from './refusal.ts';

interface Place {
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

/**
 * Remembers where entries go and refuses whatever could not stand beside what is there: the same file twice, names
 * that differ in case or Unicode form only (one file on some file systems, two on others), and a file where another
 * entry needs a folder. Which of two such entries won would be chance.
 */
export class EntryTree {
  readonly #places = new Map<string, Place>();

  /** @throws {LongarmError} InvalidContext. */
  add(name: string, { path, isFolder }: EntryPath): void {
    if (path === '') return;
    let end = path.indexOf('/');
    for (; end !== -1; end = path.indexOf('/', end + 1)) {
      this.#take(name, { path: path.slice(0, end), kind: 'folder' });
    }
    this.#take(name, { path, kind: isFolder ? 'folder' : 'file' });
  }

  #take(name: string, place: Place): void {
    const key = place.path.normalize('NFC').toLowerCase();
    const there = this.#places.get(key);
    if (there === undefined) {
      this.#places.set(key, place);
      return;
    }
    if (there.path !== place.path) {
      throw refuseEntry(
        name,
        `differs from another entry in nothing but upper and lower case or the form of its characters. Rename one.`,
      );
    }
    if (there.kind !== place.kind) {
      throw refuseEntry(name, 'needs a folder where there is a file, or the reverse. Pack the files again.');
    }
    if (place.kind === 'file') throw refuseEntry(name, 'is there twice. Pack the files again, each once.');
  }
}

import type { CommandId } from '../../core/command-id.ts';
import { StoreUnavailable } from '../../ports/store.ts';

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space; what is stored is an exact beginning, and storing goes on from there',
  EDQUOT: 'the disk quota is used up. Raise it or free some space; storing goes on from there',
  EFBIG: 'the file may not grow further. Raise the file size limit of the process (ulimit -f)',
  EMFILE: 'the process has too many files open. Raise its limit (ulimit -n)',
  ENFILE: 'the machine has too many files open. Raise its limit (fs.file-max)',
  EROFS: 'the file system is read-only. Mount it for writing; the kernel log says why it is',
  EACCES: 'it may not be opened. Give the file to the user that runs Longarm',
  EPERM: 'it may not be opened. Give the file to the user that runs Longarm',
  EIO: 'the disk failed. Look at the kernel log',
};

/** Tells whether an error of the file system says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Makes a fault of the disk a `StoreUnavailable` that says what to do; gives any other error back as it is. */
export function outputFault(error: unknown, id: CommandId, directory: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const remedy = remedies[error.code];
  if (remedy === undefined) return error;
  return new StoreUnavailable(
    `The output of command ${id} in ${directory} is not available: ${remedy}. (${error.code})`,
    {
      cause: error,
    },
  );
}

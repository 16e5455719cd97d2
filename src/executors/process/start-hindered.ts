import { StartHindered } from '../../ports/executor.ts';

const hindrances: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk on which the server runs commands is full; free some space there',
  EDQUOT: 'the disk quota of the server is used up; raise it, or free some space',
  EROFS: 'the disk on which the server runs commands is read-only; mount it for writing',
  EIO: 'the disk on which the server runs commands fails; look at the kernel log there',
  EMFILE: 'the server has too many files open; raise its limit (ulimit -n)',
  ENFILE: 'the server’s machine has too many files open; raise its limit (fs.file-max)',
  EAGAIN: 'the server’s machine can start no more processes; raise its limit (ulimit -u), or end some',
  ENOMEM: 'the server’s machine has no memory left; end something there, or give it more',
};

/** Makes a fault of the machine that may pass a `StartHindered`; gives any other error back as it is. */
export function startFault(error: unknown): unknown {
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
  const hindrance = code === undefined ? undefined : hindrances[code];
  return hindrance === undefined
    ? error
    : new StartHindered(`It cannot be started: ${hindrance} (${code}).`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Tells whether a system call failed in this way: `ENOENT`, `EEXIST`, … */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** For `catch` where a file or directory may rightly be absent: gives `undefined` then, and throws anything else. */
export function undefinedIfAbsent(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}

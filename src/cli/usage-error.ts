/** The command line was not understood, or asks for something that cannot be. The exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A kubeconfig that cannot be used. The message names the field, says what is wrong with it, and what to do. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

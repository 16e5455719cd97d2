/**
 * Tells why a kubeconfig that came by the API is not taken, as a sentence that names the field and says what to do, and
 * holds nothing secret; `undefined` where it is taken. It looks at the text alone and calls nobody: whether the cluster
 * can be reached with it shows when it is used.
 */
export type KubeconfigCheck = (kubeconfig: string) => string | undefined;

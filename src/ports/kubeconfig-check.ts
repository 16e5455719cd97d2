/** What a kubeconfig says: the URL of the server, or why it is not taken, in a sentence that names the field and holds nothing secret. */
export type CheckedKubeconfig = { readonly server: string } | { readonly problem: string };

/**
 * Judges a kubeconfig that came by the API. It looks at the text alone and calls nobody: whether the cluster can be
 * reached with it shows when it is used.
 */
export type KubeconfigCheck = (kubeconfig: string) => CheckedKubeconfig;

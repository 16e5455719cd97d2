/** PEM that stands in the kubeconfig, or in a file that is read again now and then because it may be replaced. */
export type Pem = { readonly type: 'inline'; readonly pem: string } | { readonly type: 'file'; readonly file: string };

/** A certificate by which a client shows who it is, and its key. */
export interface ClientCertificate {
  readonly certificate: Pem;
  readonly key: Pem;
}

/** The environment of a process, as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A program that prints credentials (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion: 'client.authentication.k8s.io/v1' | 'client.authentication.k8s.io/v1beta1';
  /** A path, absolute where it has a directory in it, or a name to be found on `PATH`. */
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment but `KUBERNETES_EXEC_INFO`. */
  readonly environment: Environment;
  /** Of the cluster, for plugins that ask for it. */
  readonly cluster: Readonly<Record<string, unknown>> | undefined;
  /** What to do when there is no such program. */
  readonly installHint: string | undefined;
}

/** What a request carries to show who sends it, beside a certificate. */
export type Bearer =
  | { readonly type: 'none' }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'token-file'; readonly file: string }
  | { readonly type: 'exec-plugin'; readonly plugin: ExecPlugin };

/** Everything that it takes to speak to one cluster as one user. It holds secrets: never log it. */
export interface ClusterAccess {
  /** Of the API server; may have a path. */
  readonly server: URL;
  /** What the server's certificate must be signed by; the machine's authorities where it is undefined. */
  readonly certificateAuthority: Pem | undefined;
  /** The name in the server's certificate, where it is not the one in the URL. */
  readonly tlsServerName: string | undefined;
  /** Whether the server's certificate is looked at. */
  readonly verifiesServer: boolean;
  /** An HTTP proxy that the connection is tunnelled through. */
  readonly proxy: URL | undefined;
  readonly clientCertificate: ClientCertificate | undefined;
  readonly bearer: Bearer;
  /** Of the context; `default` where it names none. */
  readonly namespace: string;
}

const bearerWords = {
  none: 'no token',
  token: 'a token',
  'token-file': 'a token file',
  'exec-plugin': 'an exec plugin',
} as const;

/** Says in a few words who goes where, for messages and logs: the server's URL, the kind of user, the namespace. */
export function describeAccess(access: ClusterAccess): string {
  const { bearer, clientCertificate } = access;
  const proofs = [
    ...(clientCertificate === undefined ? [] : ['a client certificate']),
    ...(bearer.type === 'none' && clientCertificate !== undefined ? [] : [bearerWords[bearer.type]]),
  ];
  const way = access.proxy === undefined ? '' : ` through the proxy ${access.proxy.host}`;
  const checked = access.verifiesServer ? '' : ', without a look at its certificate';
  return `${access.server.href}${way}, with ${proofs.join(' and ')}${checked}, namespace ${access.namespace}`;
}

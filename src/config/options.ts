import { defaultDataDir } from './default-data-dir.ts';
import { durationType } from './duration.ts';
import { limitOptions } from './limit-options.ts';
import type { Option } from './option.ts';
import { processUserType } from './process-user.ts';
import { publicUrlType, uuidType } from './public-url.ts';
import { sizeType } from './size.ts';
import { toolboxImage } from './toolbox-image.ts';
import { integerType, optional, switchType, textType, wordType } from './value-type.ts';

const mib = 1024 * 1024;
const path = textType('the path of a file');
const host = textType('a host name or an address');

/** Every setting of the server but those that are lists (`issuers`, `clusters`), in one table. */
export const options = {
  dataDir: {
    name: 'dataDir',
    flag: '--data-dir',
    variable: 'LONGARM_DATA_DIR',
    key: 'dataDir',
    type: textType('the path of a directory'),
    default: '$XDG_STATE_HOME/longarm, else ~/.local/state/longarm',
    defaultFrom: defaultDataDir,
    unit: undefined,
    description: 'Where database, output, keys and certificates are kept. Only the server may read it.',
    group: 'Where it runs',
  },
  host: {
    name: 'host',
    flag: '--host',
    variable: 'LONGARM_HOST',
    key: 'host',
    type: host,
    default: '127.0.0.1',
    unit: undefined,
    description: 'The address that the TLS listener binds; `0.0.0.0` or `::` for all.',
    group: 'Where it runs',
  },
  port: {
    name: 'port',
    flag: '--port',
    variable: 'LONGARM_PORT',
    key: 'port',
    type: integerType(0, 65_535),
    default: '8443',
    unit: undefined,
    description:
      'The port of the TLS listener; 0 picks a free one. A variable that begins with `tcp://` is passed over: ' +
      'Kubernetes sets it for a service called `longarm`.',
    group: 'Where it runs',
    ignoresVariable: /^tcp:\/\//,
  },
  publicUrl: {
    name: 'publicUrl',
    flag: '--public-url',
    variable: 'LONGARM_PUBLIC_URL',
    key: 'publicUrl',
    type: optional(publicUrlType),
    default: undefined,
    unit: undefined,
    description: 'The URL that clients reach the server at, and that links begin with. Left out: host and port.',
    group: 'Where it runs',
  },
  plainHttp: {
    name: 'plainHttp',
    flag: '--plain-http',
    variable: 'LONGARM_PLAIN_HTTP',
    key: 'plainHttp.enabled',
    type: switchType,
    default: 'off',
    unit: undefined,
    description: 'Listen for plain HTTP too, for use behind a proxy that ends TLS. Needs `publicUrl`.',
    group: 'Where it runs',
  },
  plainHttpHost: {
    name: 'plainHttpHost',
    flag: '--plain-http-host',
    variable: 'LONGARM_PLAIN_HTTP_HOST',
    key: 'plainHttp.host',
    type: host,
    default: '127.0.0.1',
    unit: undefined,
    description: 'The address that the plain listener binds. Tokens pass it unencrypted.',
    group: 'Where it runs',
  },
  plainHttpPort: {
    name: 'plainHttpPort',
    flag: '--plain-http-port',
    variable: 'LONGARM_PLAIN_HTTP_PORT',
    key: 'plainHttp.port',
    type: integerType(0, 65_535),
    default: '8080',
    unit: undefined,
    description: 'The port of the plain listener; 0 picks a free one.',
    group: 'Where it runs',
  },
  tlsCertFile: {
    name: 'tlsCertFile',
    flag: '--tls-cert-file',
    variable: 'LONGARM_TLS_CERT_FILE',
    key: 'tls.certFile',
    type: optional(path),
    default: undefined,
    unit: undefined,
    description: 'The server’s certificate and its chain (PEM). Left out: one by Longarm’s own CA, renewed by itself.',
    group: 'TLS',
  },
  tlsKeyFile: {
    name: 'tlsKeyFile',
    flag: '--tls-key-file',
    variable: 'LONGARM_TLS_KEY_FILE',
    key: 'tls.keyFile',
    type: optional(path),
    default: undefined,
    unit: undefined,
    description: 'The private key of `tls.certFile` (PEM).',
    group: 'TLS',
  },
  tenantId: {
    name: 'tenantId',
    flag: '--tenant-id',
    variable: 'LONGARM_TENANT_ID',
    key: 'tenantId',
    type: optional(uuidType),
    default: undefined,
    unit: undefined,
    description:
      'The tenant of the server’s own tokens. Left out: made at the first start. A data directory keeps the one that it ' +
      'has; another one is refused.',
    group: 'ARM face',
  },
  subscriptionId: {
    name: 'subscriptionId',
    flag: '--subscription-id',
    variable: 'LONGARM_SUBSCRIPTION_ID',
    key: 'subscriptionId',
    type: optional(uuidType),
    default: undefined,
    unit: undefined,
    description: 'The subscription of clusters that name none. Left out: made at the first start and kept.',
    group: 'ARM face',
  },
  location: {
    name: 'location',
    flag: '--location',
    variable: 'LONGARM_LOCATION',
    key: 'location',
    type: textType('a word'),
    default: 'local',
    unit: undefined,
    description: 'The location that clusters have where theirs is not given.',
    group: 'ARM face',
  },
  provisioningStateCase: {
    name: 'provisioningStateCase',
    flag: '--provisioning-state-case',
    variable: 'LONGARM_PROVISIONING_STATE_CASE',
    key: 'provisioningStateCase',
    type: wordType(['capital', 'lower']),
    default: 'capital',
    unit: undefined,
    description:
      'How a result’s state is spelled: `Succeeded`, as `az` compares it, or `succeeded`, as the API reference shows it.',
    group: 'ARM face',
  },
  extensions: {
    name: 'extensions',
    flag: '--extensions',
    variable: 'LONGARM_EXTENSIONS',
    key: 'extensions',
    type: switchType,
    default: 'on',
    unit: undefined,
    description: 'Whether results and clusters carry what the vendor’s do not (`longarm`, `error`).',
    group: 'ARM face',
  },
  maxHoldSeconds: {
    name: 'maxHoldSeconds',
    flag: '--max-hold-seconds',
    variable: 'LONGARM_MAX_HOLD_SECONDS',
    key: 'maxHoldSeconds',
    type: integerType(0, 300),
    default: '20',
    unit: 'seconds',
    description:
      'The longest that a poll is held open until the command ends; 0 holds none. Those that only follow our `Location` ' +
      'are held for a second, then for twice the command’s age.',
    group: 'ARM face',
  },
  bodyLimitBytes: {
    name: 'bodyLimit',
    flag: '--body-limit',
    variable: 'LONGARM_BODY_LIMIT',
    key: 'bodyLimit',
    type: sizeType(1024, 512 * mib),
    default: '48MiB',
    unit: 'bytes',
    description: 'The largest request body; a larger one is answered 413.',
    group: 'Limits',
  },
  contextLimitBytes: {
    name: 'contextLimit',
    flag: '--context-limit',
    variable: 'LONGARM_CONTEXT_LIMIT',
    key: 'contextLimit',
    type: sizeType(1024, 1024 * mib),
    default: '64MiB',
    unit: 'bytes',
    description:
      'What the files that come with a command may take together, unpacked; more is answered 400. They are kept ' +
      'packed, and are in memory while a command is started.',
    group: 'Limits',
  },
  ...limitOptions,
  leaseMs: {
    name: 'lease',
    flag: '--lease',
    variable: 'LONGARM_LEASE',
    key: 'lease',
    type: durationType(3000, 3_600_000),
    default: '30s',
    unit: 'seconds',
    description: 'How long a worker’s right to a command is good without a renewal; it renews after a third of it.',
    group: 'Execution',
  },
  workerConcurrency: {
    name: 'workerConcurrency',
    flag: '--worker-concurrency',
    variable: 'LONGARM_WORKER_CONCURRENCY',
    key: 'workerConcurrency',
    type: integerType(1, 10_000),
    default: '100',
    unit: 'commands',
    description: 'How many commands of all clusters together this server carries out at once.',
    group: 'Execution',
  },
  toolboxImage,
  processUser: {
    name: 'processUser',
    flag: '--process-user',
    variable: 'LONGARM_PROCESS_USER',
    key: 'processUser',
    type: optional(processUserType),
    default: undefined,
    unit: undefined,
    description:
      'The user that commands of the process lane run as; `serve` as root needs one, and only root can take one. Left ' +
      'out: the server’s own, with the data directory masked.',
    group: 'Execution',
  },
  auditRetentionMs: {
    name: 'auditRetention',
    flag: '--audit-retention',
    variable: 'LONGARM_AUDIT_RETENTION',
    key: 'auditRetention',
    type: durationType(86_400_000, 36_500 * 86_400_000),
    default: '365d',
    unit: 'seconds',
    description: 'How long the rows of the audit log are kept.',
    group: 'Watching it',
  },
  metricsTokenFile: {
    name: 'metricsTokenFile',
    flag: '--metrics-token-file',
    variable: 'LONGARM_METRICS_TOKEN_FILE',
    key: 'metricsTokenFile',
    type: optional(path),
    default: undefined,
    unit: undefined,
    description:
      'A file with the token that `/metrics` asks for. Left out: only loopback may read it, and on the plain listener ' +
      'nobody.',
    group: 'Watching it',
  },
  logLevel: {
    name: 'logLevel',
    flag: '--log-level',
    variable: 'LONGARM_LOG_LEVEL',
    key: 'logLevel',
    type: wordType(['debug', 'info', 'warn', 'error', 'silent']),
    default: 'info',
    unit: undefined,
    description: 'The least important log line that is written.',
    group: 'Watching it',
  },
} as const satisfies Record<string, Option<unknown>>;

/** The rows of the table, in the order of the documents. */
export function describeOptions(): readonly Option<unknown>[] {
  return Object.values(options);
}

import type { ClusterAddress } from '../core/resource-id.ts';
import type { CommandResult } from '../wire/command-result-schema.ts';
import { readCommandResult } from './command-state.ts';
import { clusterApiVersion, clusterPath, endpointUrl } from './endpoint-url.ts';
import { pages } from './pages.ts';
import type { CallOptions, Session } from './session.ts';

/** Which commands of a cluster are wanted. */
export interface CommandFilter {
  /** Phases with commas between them. */
  readonly phase?: string;
  /** `me`, or issuer, `|` and object id. */
  readonly submittedBy?: string;
  /** RFC 3339. */
  readonly from?: string;
  /** RFC 3339. */
  readonly to?: string;
  /** How many in one page. */
  readonly pageSize?: number;
}

/** The commands of a cluster, the newest first, page by page as they are asked for. An extension of Longarm. */
export async function* listCommands(
  session: Session,
  cluster: ClusterAddress,
  filter: CommandFilter = {},
  options: CallOptions = {},
): AsyncGenerator<CommandResult, void, void> {
  const url = endpointUrl(session.endpoint, `${clusterPath(cluster)}/commandResults`, {
    'api-version': clusterApiVersion,
    phase: filter.phase,
    submittedBy: filter.submittedBy,
    from: filter.from,
    to: filter.to,
    $top: filter.pageSize === undefined ? undefined : String(filter.pageSize),
  });
  for await (const item of pages(session, url, options)) yield readCommandResult(item, '');
}

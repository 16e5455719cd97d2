import type { Verb } from './verb.ts';

/** The verbs that work over the API, in the order of `--help`. */
export const clientVerbs: readonly Verb[] = [
  {
    name: 'invoke',
    summary: 'Run a command in a cluster and exit as it does',
    load: async () => (await import('./verbs/invoke.ts')).invoke,
  },
  {
    name: 'result',
    summary: 'Print what became of a command and exit as it did',
    load: async () => (await import('./verbs/result.ts')).result,
  },
  {
    name: 'output',
    summary: 'Print the raw output of a command',
    load: async () => (await import('./verbs/output.ts')).output,
  },
  { name: 'cancel', summary: 'Stop a command', load: async () => (await import('./verbs/cancel.ts')).cancel },
  {
    name: 'list',
    summary: 'List the commands of a cluster, the newest first',
    load: async () => (await import('./verbs/list.ts')).list,
  },
  {
    name: 'delete',
    summary: 'Delete a finished command with its output',
    load: async () => (await import('./verbs/delete.ts')).deleteVerb,
  },
  {
    name: 'cluster list',
    summary: 'List clusters',
    load: async () => (await import('./verbs/cluster-list.ts')).clusterList,
  },
  {
    name: 'cluster show',
    summary: 'Show a cluster',
    load: async () => (await import('./verbs/cluster-show.ts')).clusterShow,
  },
  {
    name: 'cluster create',
    summary: 'Make a cluster, or change one',
    load: async () => (await import('./verbs/cluster-create.ts')).clusterCreate,
  },
  {
    name: 'cluster delete',
    summary: 'Delete a cluster that has no unfinished commands',
    load: async () => (await import('./verbs/cluster-delete.ts')).clusterDelete,
  },
  {
    name: 'cluster enable',
    summary: 'Allow commands in a cluster',
    load: async () => (await import('./verbs/cluster-switch.ts')).clusterEnable,
  },
  {
    name: 'cluster disable',
    summary: 'Forbid commands in a cluster, and stop those that run',
    load: async () => (await import('./verbs/cluster-switch.ts')).clusterDisable,
  },
  {
    name: 'role list',
    summary: 'List who may do what',
    load: async () => (await import('./verbs/role-list.ts')).roleList,
  },
  {
    name: 'role assign',
    summary: 'Give a principal a role',
    load: async () => (await import('./verbs/role-assign.ts')).roleAssign,
  },
  {
    name: 'role remove',
    summary: 'Take a role assignment back',
    load: async () => (await import('./verbs/role-remove.ts')).roleRemove,
  },
  {
    name: 'token',
    summary: 'Print a bearer token for the API',
    load: async () => (await import('./verbs/token.ts')).token,
  },
  {
    name: 'az-setup',
    summary: 'Print the shell lines that make `az` work with this server',
    load: async () => (await import('./verbs/az-setup.ts')).azSetup,
  },
];

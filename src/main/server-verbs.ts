import type { ServerVerb } from '../cli/verb.ts';

/** The verbs that need the whole server, or act on its data directory. */
export const serverVerbs: readonly ServerVerb[] = [
  {
    name: 'quickstart',
    summary: 'Start everything on this machine and run a first command',
    load: async () => (await import('./verbs/quickstart.ts')).quickstart,
  },
  {
    name: 'serve',
    summary: 'Serve the API and carry out commands',
    load: async () => (await import('./verbs/serve.ts')).serve,
  },
  {
    name: 'doctor',
    summary: 'Check this machine and the connection, and say what to do about what is wrong',
    load: async () => (await import('./verbs/doctor.ts')).doctor,
  },
  {
    name: 'cluster add',
    summary: 'Register a Kubernetes cluster, and prepare it',
    load: async () => (await import('./verbs/cluster-add.ts')).clusterAdd,
  },
  {
    name: 'cluster remove',
    summary: 'Take a Kubernetes cluster out of Longarm, and Longarm out of the cluster',
    load: async () => (await import('./verbs/cluster-remove.ts')).clusterRemove,
  },
  {
    name: 'cluster manifest',
    summary: 'Print what a Kubernetes cluster has to hold before commands run in it',
    load: async () => (await import('./verbs/cluster-manifest.ts')).clusterManifest,
  },
  {
    name: 'client create',
    summary: 'Register a client that may sign in, and print its secret once',
    load: async () => (await import('./verbs/client-create.ts')).clientCreate,
  },
  {
    name: 'client list',
    summary: 'List the registered clients',
    load: async () => (await import('./verbs/client-list.ts')).clientList,
  },
  {
    name: 'client delete',
    summary: 'Remove a registered client and its role assignments',
    load: async () => (await import('./verbs/client-delete.ts')).clientDelete,
  },
];

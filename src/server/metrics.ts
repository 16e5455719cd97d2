import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Phase } from '../core/command.ts';

/** What is counted. */
export interface Metrics {
  requestAnswered(facts: { readonly operationId: string; readonly status: number; readonly seconds: number }): void;
  authenticationFailed(): void;
  /** The text that a scrape is answered with, and its content type. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** What is asked at each scrape. */
export interface MetricSources {
  readonly commandsByPhase: () => Promise<Readonly<Partial<Record<Phase, number>>>>;
  readonly activeCommands: () => number;
  /** Requests that were sent to the API servers of clusters so far. */
  readonly clusterRequests: () => number;
}

/** Makes the metrics of one server, in a registry of their own. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'longarm_http_request_duration_seconds',
    help: 'Time from a request’s first byte to the end of its answer, held polls included.',
    labelNames: ['operation', 'status'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2.5, 10, 30],
    registers,
  });
  const authenticationFailures = new Counter({
    name: 'longarm_authentication_failures_total',
    help: 'Requests that were answered 401.',
    registers,
  });
  new Gauge({
    name: 'longarm_commands',
    help: 'Commands in the store by phase.',
    labelNames: ['phase'] as const,
    registers,
    async collect() {
      this.reset();
      for (const [phase, count] of Object.entries(await sources.commandsByPhase())) this.set({ phase }, count);
    },
  });
  new Gauge({
    name: 'longarm_worker_active_commands',
    help: 'Commands that this server’s worker carries out at the moment.',
    registers,
    collect() {
      this.set(sources.activeCommands());
    },
  });
  let counted = 0;
  new Counter({
    name: 'longarm_cluster_requests_total',
    help: 'Requests to the API servers of Kubernetes clusters, execs included.',
    registers,
    collect() {
      const now = sources.clusterRequests();
      this.inc(now - counted);
      counted = now;
    },
  });
  return {
    requestAnswered: ({ operationId, status, seconds }) =>
      requests.observe({ operation: operationId, status: String(status) }, seconds),
    authenticationFailed: () => authenticationFailures.inc(),
    scrape: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

import type { Command } from 'commander';
import { clusterScope, groupScope, parseScope, type Scope } from '../core/scope.ts';
import type { Connected } from './connect.ts';
import { givenText, isGiven } from './given-options.ts';
import { UsageError } from './usage-error.ts';

/** Declares the options that say where a right holds. */
export function addScopeOptions(command: Command): Command {
  return command
    .option('--scope <scope>', '/, or the ARM id of a subscription, resource group or resource')
    .option('--cluster <cluster>', 'this cluster: NAME, GROUP/NAME, or its ARM id')
    .option('--group', 'the resource group of -g, or of the connection');
}

/** Whether the options name a scope at all. */
export function namesScope(options: Readonly<Record<string, unknown>>): boolean {
  return ['scope', 'cluster', 'group'].some((name) => options[name] !== undefined);
}

/** The scope that the options name; the connection's subscription where they name none. @throws {UsageError} */
export function scopeOf({ connection, clusterOf }: Connected, options: Readonly<Record<string, unknown>>): Scope {
  const text = givenText(options, 'scope');
  if (text !== undefined) {
    const scope = parseScope(text);
    if (scope === undefined) throw new UsageError(`--scope must be / or an ARM id, and is "${text}".`);
    return scope;
  }
  const cluster = givenText(options, 'cluster');
  if (cluster !== undefined) return clusterScope(clusterOf(cluster));
  const { subscriptionId, resourceGroup } = connection;
  if (subscriptionId === undefined) throw new UsageError('Which subscription? Give --subscription ID, or --scope.');
  if (!isGiven(options, 'group')) return groupScope(subscriptionId);
  if (resourceGroup === undefined) throw new UsageError('Which resource group? Give --resource-group NAME.');
  return groupScope(subscriptionId, resourceGroup);
}

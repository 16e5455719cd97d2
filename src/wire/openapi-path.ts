/**
 * The rules of the path parameters that many operations share, in JSON Schema; any other is a string that is not empty.
 * The parsers in `cluster-path.ts` are what enforces them. Source: API reference, *URI parameters*.
 */
const schemas: ReadonlyMap<string, object> = new Map<string, object>([
  ['subscriptionId', { type: 'string', format: 'uuid', description: 'The subscription.' }],
  [
    'resourceGroupName',
    { type: 'string', minLength: 1, maxLength: 90, description: 'The resource group; its case does not count.' },
  ],
  [
    'resourceName',
    {
      type: 'string',
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$',
      description: 'The managed cluster.',
    },
  ],
  ['commandId', { type: 'string', pattern: '^[0-9a-f]{32}$', description: 'The command.' }],
]);

/** The schema of a path parameter, by its name in the template. */
export function pathParameterSchema(name: string): object {
  return schemas.get(name) ?? { type: 'string', minLength: 1 };
}

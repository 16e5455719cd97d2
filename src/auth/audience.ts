/** The audiences of Azure Resource Manager, in every form that its clients ask for. */
export const armAudiences: readonly string[] = [
  'https://management.core.windows.net/',
  'https://management.core.windows.net',
  'https://management.azure.com/',
  'https://management.azure.com',
];

/** The AKS AAD server application: the audience of a `clusterToken`. No token for it opens our own API. */
const clusterTokenAudience = '6dae42f8-4368-4678-94ff-3960e28e3630';

/** The audiences of our own tokens for our own API: ARM's, and this server's public URL with and without a slash. */
export function ownAudiences(publicUrl: string): readonly string[] {
  return [...armAudiences, publicUrl, `${publicUrl}/`];
}

/** The audiences that our token endpoint issues tokens for. */
export function issuedAudiences(publicUrl: string): readonly string[] {
  return [...ownAudiences(publicUrl), clusterTokenAudience];
}

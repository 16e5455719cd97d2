import { dateOfApiVersion } from './api-version.ts';

/** What a client that is pointed at this server must know of it. */
export interface CloudFacts {
  /** The public base of the server, without a trailing slash. */
  readonly baseUrl: string;
  /** What the cloud is called. */
  readonly name: string;
  /** For which audiences tokens are taken. `az` asks for tokens for the first. */
  readonly audiences: readonly string[];
  readonly tenantId: string;
}

/**
 * The body of `GET /metadata/endpoints`, by the shape that its api-version has: before 2019-05-01 four keys (`az` up to
 * 2.45 and PowerShell ask for 2015-01-01), then a list of clouds (what `ARM_CLOUD_METADATA_URL` takes), and from
 * 2022-09-01 on the one cloud. Services that are not here point at this server, which answers 404: clients want the
 * keys, and use none for Run Command.
 *
 * The login endpoint ends in `/adfs`, which keeps clients from asking the vendor's cloud whether it is to be trusted.
 * @throws {LongarmError} MissingApiVersionParameter, InvalidApiVersionParameter.
 */
export function toMetadataEndpoints(apiVersion: string | undefined, cloud: CloudFacts): unknown {
  const date = dateOfApiVersion(apiVersion);
  if (date < '2019-05-01') return toOldest(cloud);
  return date < '2022-09-01' ? [toCloud(cloud)] : toCloud(cloud);
}

function toOldest({ baseUrl, audiences }: CloudFacts) {
  return {
    galleryEndpoint: baseUrl,
    graphEndpoint: baseUrl,
    portalEndpoint: baseUrl,
    authentication: { loginEndpoint: loginEndpoint(baseUrl), audiences },
  };
}

function toCloud({ baseUrl, name, audiences, tenantId }: CloudFacts) {
  const host = new URL(baseUrl).hostname;
  return {
    portal: baseUrl,
    authentication: { loginEndpoint: loginEndpoint(baseUrl), audiences, tenant: tenantId, identityProvider: 'AAD' },
    media: baseUrl,
    graphAudience: baseUrl,
    graph: baseUrl,
    name,
    suffixes: {
      azureDataLakeStoreFileSystem: `azuredatalakestore.${host}`,
      acrLoginServer: `azurecr.${host}`,
      sqlServerHostname: `database.${host}`,
      azureDataLakeAnalyticsCatalogAndJob: `azuredatalakeanalytics.${host}`,
      keyVaultDns: `vault.${host}`,
      storage: `storage.${host}`,
    },
    batch: baseUrl,
    resourceManager: baseUrl,
    vmImageAliasDoc: baseUrl,
    activeDirectoryDataLake: baseUrl,
    sqlManagement: baseUrl,
    gallery: baseUrl,
  };
}

function loginEndpoint(baseUrl: string): string {
  return `${baseUrl}/adfs`;
}

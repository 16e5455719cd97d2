import type { FileEntry, FileValue } from './config-file.ts';
import type { FileReader } from './file-reader.ts';
import { uuidType } from './public-url.ts';
import { accepted, rejected, switchType, textType, type ValueType } from './value-type.ts';

/** An issuer of tokens that the server trusts beside itself. */
export interface TrustedIssuer {
  /** Compared verbatim with a token's `iss`. */
  readonly issuer: string;
  /** What a token's `aud` must be one of. */
  readonly audiences: readonly string[];
  /** Where its keys are; `undefined` asks its discovery document. */
  readonly jwksUri: string | undefined;
  /** What a token's `tid` must be; `undefined` where the issuer has no such claim. */
  readonly tenantId: string | undefined;
  /** Takes tokens that are good for Azure itself too. Whoever can be shown one can then use it there. */
  readonly acceptAzureArmTokens: boolean;
}

const keys = ['issuer', 'audiences', 'jwksUri', 'tenantId', 'acceptAzureArmTokens'] as const;

// A server that trusts keys it fetched unencrypted trusts whoever stands in between.
const httpsUrl: ValueType<string> = {
  syntax: 'an https URL',
  parse: (text) =>
    URL.canParse(text) && (new URL(text).protocol === 'https:' || isLoopback(new URL(text)))
      ? accepted(text)
      : rejected(`must be an https URL, and is \`${text}\``),
};

function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

/** Reads the list `issuers` of the configuration file. */
export function readTrustedIssuers(entry: FileEntry | undefined, reader: FileReader): readonly TrustedIssuer[] {
  if (entry === undefined) return [];
  const issuers = reader
    .items(entry, 'issuers')
    .flatMap((item, index) => readIssuer(item, `issuers[${index}]`, reader));
  for (const [index, { issuer }] of issuers.entries()) {
    if (issuers.findIndex((other) => other.issuer === issuer) < index) {
      reader.complain(entry.line, `issuers[${index}].issuer`, `is there twice: \`${issuer}\``);
    }
  }
  return issuers;
}

function readIssuer(item: FileValue, place: string, reader: FileReader): readonly TrustedIssuer[] {
  const entries = reader.entries(item, place, keys);
  if (item.type !== 'map') return [];
  const issuer = reader.required(entries.get('issuer'), `${place}.issuer`, httpsUrl, item.line);
  const audiences = reader.list(entries.get('audiences'), `${place}.audiences`, textType('an audience'));
  const acceptAzureArmTokens =
    reader.scalar(entries.get('acceptAzureArmTokens'), `${place}.acceptAzureArmTokens`, switchType) ?? false;
  if (audiences.length === 0 && !acceptAzureArmTokens) {
    reader.complain(
      item.line,
      `${place}.audiences`,
      'must name at least one audience that is this server’s own, so that tokens for other services are no good here',
    );
  }
  const jwksUri = reader.scalar(entries.get('jwksUri'), `${place}.jwksUri`, httpsUrl);
  const tenantId = reader.scalar(entries.get('tenantId'), `${place}.tenantId`, uuidType);
  return issuer === undefined ? [] : [{ issuer, audiences, jwksUri, tenantId, acceptAzureArmTokens }];
}

import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Extension,
  Extensions,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { Instant } from '../../core/instant.ts';

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const commonName = '2.5.4.3';
const organizationName = '2.5.4.10';

/** What a certificate says, apart from its serial number and signature. */
export interface CertificateContent {
  readonly issuerName: string;
  readonly subjectName: string;
  readonly publicKey: KeyObject;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly extensions: readonly Extension[];
}

/** One extension of a certificate: its object identifier, and a value of the library's ASN.1 classes. */
export function extension(oid: string, critical: boolean, value: unknown): Extension {
  return new Extension({ extnID: oid, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** The key identifier of a public key: the first 160 bits of SHA-256 of its bits (RFC 7093 §2, method 1). */
export function keyIdentifier(publicKey: KeyObject): Buffer<ArrayBuffer> {
  const { subjectPublicKey } = subjectPublicKeyInfo(publicKey);
  return Buffer.from(createHash('sha256').update(new Uint8Array(subjectPublicKey)).digest().subarray(0, 20));
}

/**
 * Signs a certificate with an ECDSA P-256 key, RFC 5280 §4.1, and gives it as PEM. The serial number is random,
 * positive and of 127 bits.
 */
export function signCertificate(content: CertificateContent, issuerKey: KeyObject): string {
  const signature = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature,
    issuer: distinguishedName(content.issuerName),
    validity: new Validity({ notBefore: new Date(content.notBefore), notAfter: new Date(content.notAfter) }),
    subject: distinguishedName(content.subjectName),
    subjectPublicKeyInfo: subjectPublicKeyInfo(content.publicKey),
    extensions: new Extensions([...content.extensions]),
  });
  const toBeSigned = new Uint8Array(AsnConvert.serialize(tbsCertificate));
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: signature,
    signatureValue: new Uint8Array(sign('sha256', toBeSigned, issuerKey)).buffer,
  });
  return toPem(AsnConvert.serialize(certificate));
}

/** The public half of a private key. */
export function publicKeyOf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey);
}

function subjectPublicKeyInfo(publicKey: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

function distinguishedName(name: string): Name {
  const attributes = [
    { type: organizationName, value: 'Longarm' },
    { type: commonName, value: name },
  ];
  return new Name(
    attributes.map(
      ({ type, value }) =>
        new RelativeDistinguishedName([
          new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String: value }) }),
        ]),
    ),
  );
}

function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  // The first byte is neither negative nor zero, so DER needs no other form of it.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.buffer;
}

function toPem(der: ArrayBuffer): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g);
  return `-----BEGIN CERTIFICATE-----\n${(lines ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
}

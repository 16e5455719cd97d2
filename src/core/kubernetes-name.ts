/** How the name of a service account may look: a DNS-1123 subdomain (RFC 1123 §2.1, as Kubernetes narrows it). */
export const subdomainRule =
  'lower-case letters, digits, - and ., beginning and ending with a letter or digit, 253 characters at most';

/** How the name of a namespace may look: a DNS-1123 label. */
export const labelRule = 'lower-case letters, digits and -, beginning and ending with a letter or digit, 63 at most';

/** Tells whether a text is a DNS-1123 label. */
export function isLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);
}

/** Tells whether a text is a DNS-1123 subdomain: labels of any length with `.` between them. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part));
}

import { accepted, rejected, type ValueType } from './value-type.ts';

/**
 * The base that clients reach the server at, without a trailing slash: https, no path, query or user. Stock Azure
 * clients send no token over plain HTTP and follow no relative link, so nothing else would work.
 */
export const publicUrlType: ValueType<string> = {
  syntax: 'an https URL without a path',
  parse: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== 'https:') {
      return rejected(`must be an https URL such as \`https://longarm.example:8443\`, and is \`${text}\``);
    }
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
      return rejected(`must have nothing behind host and port, and is \`${text}\``);
    }
    return accepted(url.origin);
  },
};

/** A UUID, in lower case afterwards. */
export const uuidType: ValueType<string> = {
  syntax: 'a UUID',
  parse: (text) =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
      ? accepted(text.toLowerCase())
      : rejected(`must be a UUID, and is \`${text}\``),
};

/**
 * What is run in `keeper` to take in a payload: `sh -c SCRIPT longarm-upload DIRECTORY SIZE SHA256`, its bytes from
 * where an earlier try broke off on stdin. An upload that is cut looks like the end of the file from here, so nothing
 * counts that has not the size and the digest.
 */
const uploadScript = String.raw`
d=$1 size=$2 sha=$3
cat >>"$d/payload.part" || exit 1
there=$(stat -c %s "$d/payload.part")
[ "$there" -le "$size" ] || rm -f "$d/payload.part"
[ "$there" = "$size" ] || { echo "$there bytes in place of $size" >&2; exit 3; }
case "$(sha256sum "$d/payload.part")" in
  "$sha "*) mv "$d/payload.part" "$d/payload.tar" ;;
  *) rm -f "$d/payload.part"; echo damaged >&2; exit 4 ;;
esac
`;

/**
 * Says how much of a payload is there: `whole`, or how many bytes of it. Ends all others first: an upload that was given
 * up may still have bytes to write.
 */
const progressScript = String.raw`
kill -9 -1 2>/dev/null
if [ -e "$1/payload.tar" ]; then echo whole; else stat -c %s "$1/payload.part" 2>/dev/null || echo 0; fi
`;

/** The argv that takes in the rest of a payload from stdin. Exit codes: 3 not all of it came, or more than there is of two uploads at once, which begins anew; 4 it was damaged. */
export function payloadUpload(directory: string, sizeBytes: number, sha256: string): readonly string[] {
  return ['/bin/sh', '-c', uploadScript, 'longarm-upload', directory, String(sizeBytes), sha256];
}

/** The argv that tells how much of a payload came. */
export function payloadProgress(directory: string): readonly string[] {
  return ['/bin/sh', '-c', progressScript, 'longarm-progress', directory];
}

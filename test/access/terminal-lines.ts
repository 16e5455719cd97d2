/**
 * A text of all that drives a terminal or deceives its reader: a title (OSC), a cleared screen (CSI), the same by one
 * C1 character, a device string, a bell, a return, a backspace, a delete, an order turned round, an invisible sign, a
 * line break of Unicode's, and a tab and a line break.
 */
export const driving =
  'a\u001b]0;owned\u0007b\u001b[2Jc\u009b2Jd\u009d0;x\u009ce\u0090q\u009cf\rg\bh\u007fi\u202ej\u2066k\u200bl\ufeffm\u2028n\u{e0041}o\tp\nq';

/** What our own command line writes to a terminal: a line erased, and the tones of its words. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const ourOwn = /\r\u001b\[K|\u001b\[(?:1|2|22|31|32|39)m/g;

/** The characters in the text that drive a terminal or deceive its reader, beside what is our own, by their numbers. */
export function drivingIn(text: string): readonly string[] {
  const found = text.replaceAll(ourOwn, '').match(/[\p{C}\u2028\u2029]/gu) ?? [];
  return found.filter((each) => each !== '\n').map((each) => `U+${each.codePointAt(0)?.toString(16)}`);
}

/**
 * A reporter that writes one line of JSON: how many tests there were and how they ended. The runner of tiers adds
 * these up; people read the reporter beside it.
 * @param {AsyncIterable<{ type: string, data: any }>} events
 */
export async function* tally(events) {
  let counts;
  for await (const { type, data } of events) {
    // Node also sums up each file; only the sum over all of them names none.
    if (type === 'test:summary' && data.file === undefined) counts = data.counts;
  }
  if (counts !== undefined) yield `${JSON.stringify(counts)}\n`;
}

export { tally as default };

// What a transfer is called.

import { escaped, lastPart } from "../format/names.js";

/** The name of a transfer in a sentence, or for a screen reader. */
export function nameOf(shown) {
  return escaped(lastPart(shown.source.key));
}

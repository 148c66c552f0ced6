/** Texts from tables and model files, made fit for a terminal and for XML. */

// Line feed and tab are ours. The rest are control characters, halves of characters, and marks that turn the direction
// of all text behind them.
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu

/** Signs that would steer a terminal, or that XML does not allow, as JSON writes them: ESC becomes `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

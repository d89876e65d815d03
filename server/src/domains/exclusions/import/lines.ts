/** A physical line and how it ended; kept apart so that a quoted newline comes back as it was. */
export interface Line {
  readonly number: number;
  readonly text: string;
  readonly end: string;
  /** Longer than any row is; its text is only the beginning. */
  readonly isCut?: true;
}

const LINE_CHARS_MAX = 1024 * 1024;
const LINE_END = /\r\n|\n|\r/g;

/** Cuts a text that arrives in pieces into lines; knows LF, CRLF and CR, also mixed. */
export class LineSplitter {
  #rest = '';
  #number = 0;

  push(piece: string): Line[] {
    const text = this.#rest + piece;
    const lines: Line[] = [];
    let from = 0;
    LINE_END.lastIndex = 0;
    for (let match = LINE_END.exec(text); match !== null; match = LINE_END.exec(text)) {
      // Half of a CRLF may still be on its way.
      if (match[0] === '\r' && LINE_END.lastIndex === text.length) break;
      lines.push(this.#line(text.slice(from, match.index), match[0]));
      from = LINE_END.lastIndex;
    }
    this.#rest = withinReason(text.slice(from));
    return lines;
  }

  end(): Line[] {
    if (this.#rest === '') return [];
    const isEnded = this.#rest.endsWith('\r');
    const line = this.#line(isEnded ? this.#rest.slice(0, -1) : this.#rest, isEnded ? '\r' : '');
    this.#rest = '';
    return [line];
  }

  #line(text: string, end: string): Line {
    const number = ++this.#number;
    if (text.length <= LINE_CHARS_MAX) return { number, text, end };
    return { number, text: text.slice(0, LINE_CHARS_MAX), end, isCut: true };
  }
}

/** Memory stays flat beside a line that does not end; one character too many marks it as cut. */
function withinReason(rest: string): string {
  if (rest.length <= LINE_CHARS_MAX + 1) return rest;
  return rest.slice(0, LINE_CHARS_MAX + 1) + (rest.endsWith('\r') ? '\r' : '');
}

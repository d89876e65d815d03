/** A physical line and how it ended; kept apart so that a quoted newline comes back as it was. */
export interface Line {
  readonly number: number;
  readonly text: string;
  readonly end: string;
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
    this.#rest = text.slice(from);
    if (this.#rest.length > LINE_CHARS_MAX) {
      throw new Error(`line ${this.#number + 1} is longer than 1 MiB: this is not a CSV file`);
    }
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
    return { number: ++this.#number, text, end };
  }
}

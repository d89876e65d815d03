/**
 * An output that its handler has written as JSON already. Only for the hottest answers, whose parts are the same
 * texts over and over: putting those together costs a fraction of describing each to JSON.stringify. On a socket
 * the text goes out as it is; everywhere else it is the value it stands for.
 */
export class JsonText<TValue> {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): TValue {
    return JSON.parse(this.text) as TValue;
  }
}

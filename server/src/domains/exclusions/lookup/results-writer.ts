import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { exclusions, LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
import { JsonText } from '../../../platform/call/json-text.ts';

type LookupManyOutput = OutputOf<typeof exclusions.lookupMany>;
export type ManyAnswers = JsonText<LookupManyOutput>;
export type ItemError = Extract<LookupManyOutput['results'][number], { error: unknown }>['error'];

const PLAIN = /^[\w.:-]+$/;

/**
 * Writes the answers of one lookupMany as JSON. All of them were given at one instant, so from one to the next
 * hardly more changes than ref and check id.
 */
export class ResultsWriter {
  #text = '{"results":[';
  #separator = '';
  #status = '';
  #validUntil = '';
  /** From behind the ref to the check id, for that status and that time; and what follows the check id. */
  #middle = '';
  #end = '"}';
  #policyVersion: number | undefined;

  answer(ref: string, answer: LookupAnswer): void {
    const { status, asOf, seq, validUntil, checkId, policyVersion } = answer;
    if (answer.reason !== undefined) {
      this.#text += `${this.#separator}${JSON.stringify({ ref, ...answer })}`;
      this.#separator = ',';
      return;
    }
    if (policyVersion !== this.#policyVersion) {
      this.#policyVersion = policyVersion;
      this.#end = policyVersion === undefined ? '"}' : `","policyVersion":${policyVersion}}`;
    }
    if (status !== this.#status || validUntil !== this.#validUntil) {
      this.#status = status;
      this.#validUntil = validUntil;
      this.#middle = `,"status":"${status}","asOf":"${asOf}","seq":${seq},"validUntil":"${validUntil}","checkId":"`;
    }
    this.#text += `${this.#separator}{"ref":${quoted(ref)}${this.#middle}${checkId}${this.#end}`;
    this.#separator = ',';
  }

  refuse(ref: string, error: ItemError): void {
    this.#text += `${this.#separator}${JSON.stringify({ ref, error })}`;
    this.#separator = ',';
  }

  end(): ManyAnswers {
    return new JsonText(`${this.#text}]}`);
  }
}

/** The ref is the caller's own text. */
function quoted(ref: string): string {
  return PLAIN.test(ref) ? `"${ref}"` : JSON.stringify(ref);
}

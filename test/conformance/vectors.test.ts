import { readFileSync } from 'node:fs';
import { FAMILY, GIVEN, MIDDLE } from '@kinga/server/domains/conformance/names.ts';
import { prepare } from '@kinga/server/domains/conformance/situations.ts';
import { findMatch, matchKeysOf, soundsOf } from '@kinga/server/domains/matching/index.ts';
import { createCrypto } from '@kinga/server/platform/crypto/crypto.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { situation } from '@kinga/shared/conformance/situation.ts';
import { ABOUT_THE_REGISTER, VECTORS } from '@kinga/shared/conformance/vectors.ts';
import { PURPOSES } from '@kinga/shared/exclusions/exclusion.ts';
import { describe, expect, it } from 'vitest';
import { CARELESS } from './careless.ts';

const FAILURES = Array.from({ length: 18 }, (_, i) => `F${i + 1}`);

describe('the vectors', () => {
  it('are at least a hundred, each with an id and a title of its own', () => {
    expect(VECTORS.length).toBeGreaterThanOrEqual(100);
    expect(new Set(VECTORS.map(({ id }) => id)).size).toBe(VECTORS.length);
    expect(new Set(VECTORS.map(({ title, batch }) => `${batch ?? ''} ${title}`)).size).toBe(VECTORS.length);
    const questions = VECTORS.map(({ id: _id, title: _title, covers: _covers, ...rest }) =>
      JSON.stringify(rest),
    );
    const twice = questions.filter((text, i) => questions.indexOf(text) !== i);
    // Members of a list may be alike, and so may a correction be like a proof; situations by themselves mostly differ.
    expect(twice.length).toBeLessThan(8);
  });

  it.each(FAILURES)('cover %s', (failure) => {
    expect(VECTORS.filter(({ covers }) => covers.includes(failure)).length).toBeGreaterThan(0);
  });

  it('say what an operator’s side is of the failures that were the register’s own', () => {
    expect(Object.keys(ABOUT_THE_REGISTER).every((failure) => FAILURES.includes(failure))).toBe(true);
  });

  it('ask for every purpose, and accept every kind of decision somewhere', () => {
    expect(new Set(VECTORS.map(({ purpose }) => purpose))).toEqual(new Set([...PURPOSES, null]));
    const decisions = new Set(VECTORS.flatMap(({ expect: right }) => right));
    for (const decision of [
      'allow',
      'refuse',
      'retryLater',
      'rejectInput',
      'closeAccount',
      'resume',
    ] as const) {
      expect(decisions).toContain(decision);
    }
  });

  it('stand in docs/conformance.md as they are', () => {
    const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
    for (const { id, title, covers, expect: right, mustAsk, mustProve } of VECTORS) {
      const how = `${right.join(' or ')}${mustAsk ? ', asked' : ''}${mustProve ? ', with its checkId' : ''}`;
      expect(page).toContain(`| \`${id}\` | ${title} | ${covers.join(', ')} | ${how} |`);
    }
  });

  it('never accept a yes beside a no', () => {
    for (const { expect: right } of VECTORS) {
      if (right.includes('allow')) expect(right).toEqual(['allow']);
    }
  });

  it('are each failed by somebody careless, where a documented failure was an operator’s own', () => {
    const operators = FAILURES.filter((failure) => !(failure in ABOUT_THE_REGISTER));
    const repeated = new Set(CARELESS.map(({ repeats }) => repeats));
    expect(operators.filter((failure) => !repeated.has(failure))).toEqual(['F4']);
  });
});

describe('the people of a run', () => {
  const crypto = createCrypto(newSecrets());

  it('are others each time, in another order, and nothing says what is right', () => {
    const [one, two] = [prepare(crypto), prepare(crypto)];
    const shown = (run: typeof one) =>
      run.flatMap(({ situation }) => situation.customer?.identifiers.map(({ value }) => value) ?? []);
    const again = new Set(shown(two));
    // What is malformed by intention is the same text in each run; of millions of numbers hardly any comes twice.
    const raws = shown(one).filter((value) => again.has(value));
    expect(raws.length).toBeLessThan(16);
    expect(one.map(({ vector }) => vector)).not.toEqual(two.map(({ vector }) => vector));
    for (const { situation: told } of one) expect(situation.strict().parse(told)).toEqual(told);
  });

  it('have names of which no two sound alike', () => {
    const names = [...GIVEN, ...MIDDLE, ...FAMILY.map(([name]) => name)];
    const sounds = names.flatMap((name) => soundsOf(name));
    expect(new Set(sounds).size).toBe(sounds.length);
  });

  it.each(FAMILY)('are found as %s when they are written %s', (name, misspelt) => {
    const facts = { name: `Gladys Wekesa ${name}`, dateOfBirth: '1979-04-21', identifiers: [] };
    const nationalId = [{ type: 'nationalId', canonical: '23456789' }] as const;
    const known = new Set(
      matchKeysOf(crypto, { ...facts, identifiers: nationalId }).map((key) => key.toString('latin1')),
    );
    const asked = { ...facts, name: `Gladys Wekesa ${misspelt}` };
    expect(findMatch(crypto, asked, (key) => known.has(key.slice(0, 16))).isPossible).toBe(true);
  });
});

import { randomUUID } from 'node:crypto';
import type { Actor } from '@kinga/server/platform/call/actor.ts';
import type { Call } from '@kinga/server/platform/call/handler.ts';
import { idempotent } from '@kinga/server/platform/call/idempotency.ts';
import type { ServedDomain } from '@kinga/server/platform/call/registry.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import { recordAudit } from '@kinga/server/platform/outbox/audit.ts';
import { invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import { type Procedure, procedure } from '@kinga/shared/contract/procedure.ts';
import { z } from 'zod';

const FAULTS = [
  'declared',
  'undeclared',
  'crash',
  'throw text',
  'reject nothing',
  'notFound',
  'conflict',
  'unavailable',
  'database',
  'lost race',
  'badField',
  'internal',
] as const;
export type Fault = (typeof FAULTS)[number];
const empty = z.strictObject({});

/** One procedure of each kind there is. */
export const labProcedures = {
  echo: procedure('lab.echo', {
    summary: 'Gives back what it got, at once',
    access: 'public',
    input: z.strictObject({ text: z.string() }),
    output: z.object({ text: z.string() }),
  }),
  deep: procedure('lab.deep', {
    summary: 'A nested input',
    access: 'public',
    input: z.strictObject({
      items: z.array(z.strictObject({ name: z.string().max(5), size: z.number().int() })),
      when: z.union([z.iso.date(), z.iso.datetime()]).optional(),
    }),
    output: z.object({ count: z.number() }),
  }),
  anything: procedure('lab.anything', {
    summary: 'Takes whatever there is',
    access: 'public',
    input: z.unknown(),
    output: z.unknown(),
  }),
  me: procedure('lab.me', { summary: 'Who calls', access: 'signedIn', input: empty, output: z.unknown() }),
  staff: procedure('lab.staff', {
    summary: 'For administrators',
    access: { roles: ['admin'] },
    input: z.strictObject({ text: z.string() }),
    output: z.object({ text: z.string() }),
    limit: 'staff',
  }),
  lookup: procedure('lab.lookup', {
    summary: 'Answered at once',
    access: { scopes: ['exclusions:lookup'] },
    input: z.strictObject({ id: z.string(), purpose: z.string() }),
    output: z.object({ status: z.string() }),
    limit: 'lookup',
  }),
  lookupMany: procedure('lab.lookupMany', {
    summary: 'Many at once',
    access: { scopes: ['exclusions:lookup'] },
    input: z.strictObject({ checks: z.array(z.string()).max(1000) }),
    output: z.object({ count: z.number() }),
    limit: 'lookup',
  }),
  fail: procedure('lab.fail', {
    summary: 'Goes wrong as asked',
    access: 'public',
    input: z.strictObject({ how: z.enum(FAULTS), later: z.boolean().optional() }),
    output: empty,
    errors: { TOO_LATE: { message: 'Too late', retry: false } },
  }),
  wrong: procedure('lab.wrong', {
    summary: 'Answers what it should not',
    access: 'public',
    input: z.strictObject({ how: z.enum(['shape', 'extra', 'unwritable']) }),
    output: z.object({ text: z.string() }),
  }),
  hold: procedure('lab.hold', {
    summary: 'Answers when it is let go',
    access: 'public',
    input: empty,
    output: z.object({ held: z.literal(true) }),
  }),
  pay: procedure('lab.pay', {
    summary: 'Moves money: a key is required',
    access: { roles: ['bettor'] },
    input: z.strictObject({ amount: z.number().int(), fail: z.boolean().optional() }),
    output: z.object({ paymentId: z.string(), amount: z.number() }),
    idempotency: 'required',
    errors: { BROKE: { message: 'No money', retry: false } },
  }),
  note: procedure('lab.note', {
    summary: 'Writes something: a key is accepted',
    access: 'signedIn',
    input: z.strictObject({ text: z.string() }),
    output: z.object({ noteId: z.string() }),
    idempotency: 'accepted',
  }),
  renew: procedure('lab.renew', {
    summary: 'Re-arms the socket',
    access: 'signedIn',
    input: z.strictObject({ accessToken: z.string() }),
    output: z.object({ rearmed: z.boolean() }),
  }),
};
export const allLabProcedures: readonly Procedure[] = Object.values<Procedure>(labProcedures);

/** Lets calls of `lab.hold` go, or tells how many there are. */
export class Gate {
  #waiting: (() => void)[] = [];

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  open(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  get waiting(): number {
    return this.#waiting.length;
  }
}

export interface LabDomain extends ServedDomain {
  readonly gate: Gate;
}

export function labDomain(platform: Platform, tokens: ReadonlyMap<string, Actor>): LabDomain {
  const gate = new Gate();
  return {
    name: 'lab',
    gate,
    handlers: {
      echo: ({ text }: { text: string }) => ({ text }),
      deep: ({ items }: { items: unknown[] }) => ({ count: items.length }),
      anything: (input: unknown) => ({ type: typeof input }),
      me: (_input: unknown, call: Call) => ({
        actor: call.actor.kind === 'account' ? call.actor.accountId : call.actor.kind,
        address: call.address,
        requestId: call.requestId,
        procedure: call.procedure,
      }),
      staff: async ({ text }: { text: string }) => ({ text }),
      lookup: () => ({ status: 'CLEAR' }),
      lookupMany: ({ checks }: { checks: string[] }) => ({ count: checks.length }),
      fail: ({ how, later }: { how: Fault; later?: boolean }) => (later ? failLater(how) : fail(how)),
      wrong: ({ how }: { how: string }) => wrongAnswer(how),
      hold: async () => {
        await gate.wait();
        return { held: true };
      },
      pay: (input: { amount: number; fail?: boolean }, call: Call) => pay(platform, input, call),
      note: (input: { text: string }, call: Call) =>
        platform.db.transaction((tx) =>
          idempotent(tx, platform.crypto, { call, input }, async () => ({ noteId: randomUUID() })),
        ),
      renew: ({ accessToken }: { accessToken: string }, call: Call) => {
        const actor = tokens.get(accessToken);
        if (!actor) throw new KingaError('UNAUTHENTICATED', 'Not a good token');
        call.rearm?.(actor);
        return { rearmed: call.rearm !== undefined };
      },
    },
  };
}

function fail(how: Fault): never {
  if (how === 'declared') throw new KingaError('TOO_LATE', 'Too late');
  if (how === 'undeclared') throw new KingaError('SECRET_CODE', 'a secret detail');
  if (how === 'notFound') throw new KingaError('NOT_FOUND', 'There is no such thing');
  if (how === 'conflict') throw new KingaError('CONFLICT', 'Not in this state');
  if (how === 'unavailable') throw new KingaError('UNAVAILABLE', 'Not now', { retryAfterMs: 2_500 });
  if (how === 'internal') throw new KingaError('INTERNAL', 'a secret detail');
  if (how === 'badField') throw invalidInput('how', 'not like this');
  if (how === 'database') throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  if (how === 'lost race') throw Object.assign(new Error('a secret detail'), { code: '40P01' });
  if (how === 'throw text') throw 'a secret detail';
  if (how === 'reject nothing') throw undefined;
  throw new TypeError('a secret detail');
}

async function failLater(how: Fault): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve));
  return fail(how);
}

function wrongAnswer(how: string): unknown {
  if (how === 'extra') return { text: 'fine', secret: 'must not leave' };
  return how === 'shape' ? { secret: 'must not leave' } : { text: Object(1n) };
}

function pay(platform: Platform, input: { amount: number; fail?: boolean }, call: Call) {
  return platform.db.transaction((tx) =>
    idempotent(tx, platform.crypto, { call, input }, async () => {
      const paymentId = randomUUID();
      await recordAudit(tx, { actor: call.actor, action: 'payment.made', subject: paymentId });
      if (input.fail) throw new KingaError('BROKE', 'No money');
      return { amount: input.amount, paymentId };
    }),
  );
}

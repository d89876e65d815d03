import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { by, filing, openPetitions, type PetitionWorld, personWithAccount, petitionerOf } from './world.ts';

let world: PetitionWorld;
beforeAll(async () => {
  world = await openPetitions();
});
afterAll(() => world[Symbol.asyncDispose]());

async function refusalOf(who: SignedIn | undefined, name: string, input: object) {
  return refused((await world.hub.http(name, input, who ? { token: who.token } : {})).body);
}

describe('who may', () => {
  it('file: nobody without signing in, each role for its own source, nobody about themselves', async () => {
    const { person, me } = await personWithAccount(world);
    const family = filing('family', person);
    expect((await refusalOf(undefined, 'petitions.file', family)).code).toBe('UNAUTHENTICATED');
    for (const source of ['operator', 'court', 'regulator'] as const) {
      const error = await refusalOf(me, 'petitions.file', filing(source, newPerson()));
      expect(error).toMatchObject({ code: 'FORBIDDEN', details: [{ path: 'source' }] });
    }
    expect((await refusalOf(world.clerk, 'petitions.file', family)).code).toBe('FORBIDDEN');
    expect(await refusalOf(me, 'petitions.file', family)).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'identifiers' }],
    });
    const apiKey = { apiKey: world.lookupKey };
    expect(refused((await world.hub.http('petitions.file', family, apiKey)).body).code).toBe('FORBIDDEN');
  });

  it('see it: staff, the petitioner, the person once they are told; to everybody else there is none', async () => {
    const { person, me } = await personWithAccount(world);
    const petitioner = await petitionerOf(world, 'family');
    const stranger = await world.hub.account('citizen');
    const { id } = await by(world, petitioner, 'petitions.file', filing('family', person));
    expect((await refusalOf(me, 'petitions.get', { id })).code).toBe('NOT_FOUND');
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    expect((await refusalOf(stranger, 'petitions.get', { id })).code).toBe('NOT_FOUND');
    const unknown = await refusalOf(stranger, 'petitions.get', { id: 'pet_none' });
    expect(unknown.message).toBe((await refusalOf(stranger, 'petitions.get', { id })).message);
    const calls: [string, object][] = [
      ['petitions.respond', { id, hearing: 'heard', statement: 'x' }],
      ['petitions.appeal', { id, statement: 'x' }],
      ['petitions.withdraw', { id }],
    ];
    for (const [name, input] of calls) {
      expect((await refusalOf(stranger, name, input)).code).toBe('NOT_FOUND');
    }
    const seen = ok((await world.hub.http('petitions.get', { id }, { token: me.token })).body);
    expect(seen).toMatchObject({ people: null, evidence: [] });
    expect(seen.steps[0]).toMatchObject({ kind: 'filed', text: null });
    const theirs = ok((await world.hub.http('petitions.list', {}, { token: me.token })).body);
    expect(theirs.items.map((item) => item.id)).toEqual([id]);
    expect(ok((await world.hub.http('petitions.list', {}, { token: stranger.token })).body).items).toEqual(
      [],
    );
  });

  it('never shows a petitioner what the register knows of the person, or what they answered', async () => {
    const { person, me } = await personWithAccount(world);
    const own = { identifiers: person.identifiers, period: '1y', source: 'person' };
    ok((await world.hub.http('exclusions.register', own, { token: me.token })).body);
    const petitioner = await petitionerOf(world, 'family');
    const { id } = await by(world, petitioner, 'petitions.file', filing('family', person));
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await by(world, me, 'petitions.respond', { id, hearing: 'heard', statement: 'between us' });
    await by(world, world.judge, 'petitions.decide', { id, decision: 'upheld', reason: 'agreed' });
    const seen = ok((await world.hub.http('petitions.get', { id }, { token: petitioner.token })).body);
    expect(seen).toMatchObject({ state: 'decided', decision: 'upheld', exclusionId: null, people: null });
    expect(JSON.stringify(seen)).not.toContain('between us');
    expect(seen.steps.map(({ kind, text }) => [kind, text])).toEqual([
      ['filed', 'The school fees are gone every month.'],
      ['noticeServed', null],
      ['heard', null],
      ['upheld', 'agreed'],
    ]);
    const staff = ok((await world.hub.http('petitions.get', { id }, { token: world.judge.token })).body);
    expect(staff.people?.identifiers).toContainEqual({ type: 'nationalId', value: person.nationalId });
  });

  it('see an operator’s: its own staff, and not those of another', async () => {
    const person = newPerson();
    const [mine, other] = [await petitionerOf(world, 'operator'), await petitionerOf(world, 'operator')];
    const { id } = await by(world, mine, 'petitions.file', filing('operator', person));
    const { operatorId } = mine.account;
    const colleague = await world.hub.account('operator', { operatorId: operatorId! });
    expect((await by(world, colleague, 'petitions.get', { id })).id).toBe(id);
    expect((await refusalOf(other, 'petitions.get', { id })).code).toBe('NOT_FOUND');
    expect((await refusalOf(other, 'petitions.withdraw', { id })).code).toBe('NOT_FOUND');
    expect(ok((await world.hub.http('petitions.list', {}, { token: other.token })).body).items).toEqual([]);
    expect((await by(world, colleague, 'petitions.withdraw', { id })).state).toBe('withdrawn');
  });

  it('file for an operator: not while it is suspended, whatever its staff may still do', async () => {
    const staff = await petitionerOf(world, 'operator');
    const { operatorId } = staff.account;
    const { token } = await world.hub.admin();
    const open = await by(world, staff, 'petitions.file', filing('operator', newPerson()));
    const suspension = { operatorId, reason: 'under inquiry' };
    ok((await world.hub.http('operators.suspend', suspension, { token })).body);
    const person = newPerson();
    for (const more of [{}, { provisional: { grounds: 'urgent' } }]) {
      const error = await refusalOf(staff, 'petitions.file', filing('operator', person, more));
      expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('suspended') });
    }
    expect(await world.status(person.byNationalId)).toBe('CLEAR');
    expect((await by(world, staff, 'petitions.withdraw', { id: open.id })).state).toBe('withdrawn');
    ok((await world.hub.http('operators.reinstate', { operatorId }, { token })).body);
    expect((await by(world, staff, 'petitions.file', filing('operator', person))).state).toBe('filed');
  });

  it('decide: only staff, never who filed it, and an appeal never who decided first', async () => {
    const { person, me } = await personWithAccount(world);
    const { id } = await by(world, world.clerk, 'petitions.file', filing('regulator', person));
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    const waiver = { id, hearing: 'waived', statement: 'by telephone' };
    expect((await refusalOf(world.clerk, 'petitions.respond', waiver)).code).toBe('FORBIDDEN');
    await by(world, me, 'petitions.respond', { id, hearing: 'heard', statement: 'No.' });
    const decision = { id, decision: 'upheld', reason: 'Yes.' };
    expect((await refusalOf(me, 'petitions.decide', decision)).code).toBe('FORBIDDEN');
    expect((await refusalOf(world.clerk, 'petitions.decide', decision)).code).toBe('FORBIDDEN');
    await by(world, world.judge, 'petitions.decide', decision);
    const mine = await refusalOf(world.clerk, 'petitions.appeal', { id, statement: 'More.' });
    expect(mine.code).toBe('FORBIDDEN');
    await by(world, me, 'petitions.appeal', { id, statement: 'No.' });
    const confirmed = { id, decision: 'confirmed', reason: 'Yes.' };
    for (const who of [world.judge, world.clerk]) {
      expect((await refusalOf(who, 'petitions.decideAppeal', confirmed)).code).toBe('FORBIDDEN');
    }
    const admin = await world.hub.admin();
    expect((await by(world, admin, 'petitions.decideAppeal', confirmed)).appealDecision).toBe('confirmed');
  });
});

describe('support', () => {
  it('sees petitions once that was granted to it, and not before', async () => {
    const support = await world.hub.account('support');
    const { id } = await by(world, world.clerk, 'petitions.file', filing('court', newPerson()));
    expect((await refusalOf(support, 'petitions.get', { id })).code).toBe('FORBIDDEN');
    const { token } = await world.hub.admin();
    const grant = { accountId: support.account.id, procedure: 'petitions.get' };
    ok((await world.hub.http('identity.grantPermission', grant, { token })).body);
    const seen = await probe(() => by(world, support, 'petitions.get', { id }));
    expect(seen.id).toBe(id);
  });
});

describe('what is malformed', () => {
  it('is named by its path', async () => {
    const person = newPerson();
    const cases: [object, string][] = [
      [filing('court', person, { ground: 'riskToDependants' }), 'ground'],
      [filing('court', person, { customerId: 'C-1' }), 'customerId'],
      [filing('court', person, { identifiers: [] }), 'identifiers'],
      [filing('court', person, { identifiers: [{ type: 'phone', value: '07' }] }), 'identifiers[0].value'],
      [filing('court', person, { evidence: [{ sha256: 'no' }] }), 'evidence[0].sha256'],
      [filing('court', person, { period: '2y' }), 'period'],
    ];
    for (const [input, path] of cases) {
      const error = await refusalOf(world.clerk, 'petitions.file', input);
      expect(error.code).toBe('INVALID_INPUT');
      expect(error.details?.map((detail) => detail.path)).toContain(path);
    }
  });
});

describe('repeated and concurrent calls', () => {
  it('a petition is filed once under its key, also by twins', async () => {
    const input = filing('court', newPerson(), { provisional: { grounds: 'urgent' } });
    const socket = await world.hub.connect({ token: world.clerk.token });
    const meta = { idempotencyKey: 'one-order' };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => world.hub.call(socket, 'petitions.file', input, meta)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(ok(answer)))).size).toBe(1);
    const { id } = ok(answers[0]!);
    const { rows } = await world.hub.database.pool.query(
      'SELECT count(*)::int AS count FROM petition_steps WHERE petition_id = $1',
      [id],
    );
    expect(rows).toEqual([{ count: 2 }]);
    const other = await world.hub.call(socket, 'petitions.file', { ...input, period: '6mo' }, meta);
    expect(refused(other).code).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('a decision and a withdrawal at once: one of them happens, and the register agrees with it', async () => {
    for (let round = 0; round < 5; round++) {
      const person = newPerson();
      const petitioner = await petitionerOf(world, 'operator');
      const input = filing('operator', person, { provisional: { grounds: 'urgent' } });
      const { id } = await by(world, petitioner, 'petitions.file', input);
      await by(world, world.clerk, 'petitions.serveNotice', { id });
      await by(world, world.clerk, 'petitions.respond', { id, hearing: 'waived', statement: 'told us' });
      const [decided, withdrawn] = await Promise.all([
        world.hub.http(
          'petitions.decide',
          { id, decision: 'upheld', reason: 'x' },
          { token: world.judge.token },
        ),
        world.second.http('petitions.withdraw', { id }, { token: petitioner.token }),
      ]);
      expect([decided.body.ok, withdrawn.body.ok].sort()).toEqual([false, true]);
      expect(refused(decided.body.ok ? withdrawn.body : decided.body).code).toBe('CONFLICT');
      const wanted = decided.body.ok ? 'EXCLUDED' : 'CLEAR';
      await probe(async () => (await world.status(person.byNationalId)) === wanted);
    }
  });
});

describe('who is told', () => {
  it('the person and the petitioner, in their inbox and by a message that says nothing of it', async () => {
    const { person, me } = await personWithAccount(world);
    const petitioner = await petitionerOf(world, 'family');
    const events: FeedEvent[] = [];
    for (const who of [me, petitioner]) {
      const socket = await world.hub.connect({ token: who.token });
      socket.on('event', (event: FeedEvent) => events.push(event));
      await socket.emitWithAck('watch', { topic: `inbox/${who.account.id}` });
    }
    const { id } = await by(world, petitioner, 'petitions.file', filing('family', person));
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await probe(() => events.length >= 3);
    const told = events.map(({ topic, data }) => [topic, (data as { state: string }).state]);
    expect(told).toContainEqual([`inbox/${me.account.id}`, 'noticeServed']);
    expect(told).not.toContainEqual([`inbox/${me.account.id}`, 'filed']);
    expect(told).toContainEqual([`inbox/${petitioner.account.id}`, 'filed']);
    const { rows } = await world.hub.database.pool.query<{ channel: string; content: Buffer }>(
      `SELECT channel, content FROM messages WHERE template = 'petitionNotice'`,
    );
    const open = rows.map(({ content }) => JSON.parse(world.hub.platform.crypto.open(content)));
    const mine = open.filter(({ data }) => data.reference === id);
    expect(mine.map(({ to }) => to).sort()).toEqual([person.phone, me.email].sort());
  });
});

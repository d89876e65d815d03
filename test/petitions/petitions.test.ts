import { hashOfStep } from '@kinga/server/domains/petitions/store.ts';
import { PETITION_SOURCES } from '@kinga/shared/petitions/contract.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { probe } from '../support/probe.ts';
import {
  by,
  filing,
  openPetitions,
  type PetitionWorld,
  passDays,
  personWithAccount,
  petitionerOf,
} from './world.ts';

let world: PetitionWorld;
beforeAll(async () => {
  world = await openPetitions();
});
afterAll(() => world[Symbol.asyncDispose]());

const excluded = (identifier: Parameters<PetitionWorld['status']>[0]) =>
  probe(async () => (await world.status(identifier)) === 'EXCLUDED');
const clear = (identifier: Parameters<PetitionWorld['status']>[0]) =>
  probe(async () => (await world.status(identifier)) === 'CLEAR');

async function petitionOfCourt(more: object = {}) {
  const { person, me } = await personWithAccount(world);
  const petition = await by(world, world.clerk, 'petitions.file', filing('court', person, more));
  return { person, me, petition, id: petition.id };
}

describe('the whole path', () => {
  for (const source of PETITION_SOURCES) {
    it(`of ${source}: filed, notice, heard, upheld, appealed, reversed`, async () => {
      const { person, me } = await personWithAccount(world);
      const petitioner = await petitionerOf(world, source);
      const filed = await by(world, petitioner, 'petitions.file', filing(source, person));
      expect(filed).toMatchObject({ state: 'filed', provisional: 'none', decision: null });
      expect(await world.status(person.byNationalId)).toBe('CLEAR');
      const { id } = filed;

      const served = await by(world, world.clerk, 'petitions.serveNotice', { id });
      const window = Date.parse(served.hearingEndsAt!) - Date.parse(served.noticeServedAt!);
      expect(window).toBe(14 * 86_400_000);
      const heard = { id, hearing: 'heard', statement: 'I have it under control.' };
      expect((await by(world, me, 'petitions.respond', heard)).state).toBe('heard');

      const upheld = await by(world, world.judge, 'petitions.decide', {
        id,
        decision: 'upheld',
        reason: 'The statements agree.',
      });
      expect(upheld).toMatchObject({ state: 'decided', decision: 'upheld' });
      for (const identifier of person.identifiers) await excluded(identifier);
      const { exclusionId } = (await by(world, me, 'petitions.get', { id })) as unknown as {
        exclusionId: string;
      };
      const exclusion = await world.hub.http('exclusions.get', { id: exclusionId }, { token: me.token });
      expect(ok(exclusion.body)).toMatchObject({ source, period: '1y', status: 'active', reason: null });

      expect((await by(world, me, 'petitions.appeal', { id, statement: 'It is paid.' })).state).toBe(
        'appealed',
      );
      expect(await world.status(person.byPhone)).toBe('EXCLUDED');
      const admin = await world.hub.admin();
      const reversed = await by(world, admin, 'petitions.decideAppeal', {
        id,
        decision: 'reversed',
        reason: 'Shown to be paid.',
      });
      expect(reversed).toMatchObject({ state: 'appealDecided', appealDecision: 'reversed' });
      await clear(person.byNationalId);
    });
  }

  it('ends without effect when it is dismissed; reversed on the petitioner’s appeal it takes effect', async () => {
    const { person } = await personWithAccount(world);
    const petitioner = await petitionerOf(world, 'family');
    const { id } = await by(world, petitioner, 'petitions.file', filing('family', person));
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await by(world, world.clerk, 'petitions.respond', { id, hearing: 'waived', statement: 'By telephone.' });
    await by(world, world.clerk, 'petitions.decide', { id, decision: 'dismissed', reason: 'No hardship.' });
    expect(await world.status(person.byNationalId)).toBe('CLEAR');
    await by(world, petitioner, 'petitions.appeal', { id, statement: 'There is.' });
    await by(world, world.judge, 'petitions.decideAppeal', { id, decision: 'reversed', reason: 'There is.' });
    await excluded(person.byNationalId);
  });

  it('leaves a chain of steps that nobody can change, and the database lets nobody try', async () => {
    const { id } = await petitionOfCourt({ provisional: { grounds: 'urgent' } });
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    const { pool, db } = world.hub.database;
    const { rows } = await pool.query('SELECT * FROM petition_steps WHERE petition_id = $1 ORDER BY no', [
      id,
    ]);
    expect(rows.map(({ kind }) => kind)).toEqual(['filed', 'provisionalGranted', 'noticeServed']);
    let head = '0'.repeat(64);
    for (const row of rows) {
      head = hashOfStep({ id, head_hash: head }, row);
      expect(row.hash).toBe(head);
    }
    await expect(db.query('UPDATE petition_steps SET kind = kind')).rejects.toThrow(/permission denied/);
    const audit = await pool.query('SELECT action FROM audit_log WHERE subject = $1 ORDER BY id', [id]);
    expect(audit.rows.map(({ action }) => action)).toEqual(rows.map(({ kind }) => `petition.${kind}`));
  });
});

describe('provisional effect', () => {
  it('is acknowledged when this node has it, and reaches another node', async () => {
    const { person, petition } = await petitionOfCourt({ provisional: { grounds: 'cannot wait' } });
    expect(petition.provisional).toBe('inForce');
    const input = { identifiers: [person.byPhone], purpose: 'bet' };
    const here = await world.hub.http('exclusions.lookup', input, { apiKey: world.lookupKey });
    expect(ok(here.body).status).toBe('EXCLUDED');
    await excluded(person.byNationalId);
  });

  it('is granted to family by staff, never taken by them', async () => {
    const { person } = await personWithAccount(world);
    const petitioner = await petitionerOf(world, 'family');
    const input = filing('family', person, { provisional: { grounds: 'tonight' } });
    const { id, provisional } = await by(world, petitioner, 'petitions.file', input);
    expect(provisional).toBe('requested');
    expect(await world.status(person.byNationalId)).toBe('CLEAR');
    const reason = 'credible';
    const granted = await by(world, world.judge, 'petitions.grantProvisional', { id, reason });
    expect(granted.provisional).toBe('inForce');
    await excluded(person.byNationalId);
    expect((await by(world, petitioner, 'petitions.withdraw', { id })).state).toBe('withdrawn');
    await clear(person.byNationalId);
  });

  it('ends with the dismissal, and nothing else of the person ends with it', async () => {
    const { person, me, id } = await petitionOfCourt({ provisional: { grounds: 'urgent' } });
    const own = { identifiers: [person.byNationalId], period: '30d', source: 'person' };
    ok((await world.hub.http('exclusions.register', own, { token: me.token })).body);
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await by(world, me, 'petitions.respond', { id, hearing: 'heard', statement: 'No.' });
    await by(world, world.judge, 'petitions.decide', { id, decision: 'dismissed', reason: 'No.' });
    const { rows } = await world.hub.database.pool.query(
      `SELECT e.source, e.lifted_at IS NOT NULL AS lifted FROM exclusions e
       JOIN exclusion_persons p ON p.exclusion_id = e.id JOIN identifiers i USING (person_id)
       WHERE i.type = 'nationalId' AND e.registered_at > clock_timestamp() - interval '1 minute'
         AND i.person_id = (SELECT person_id FROM identifiers WHERE key = $1) ORDER BY e.source`,
      [world.hub.platform.crypto.identifierKey('nationalId', person.nationalId)],
    );
    expect(rows).toEqual([
      { source: 'court', lifted: true },
      { source: 'person', lifted: false },
    ]);
    expect(await world.status(person.byNationalId)).toBe('EXCLUDED');
  });

  it('goes over into a shorter period without a moment between', async () => {
    const { person, me, id } = await petitionOfCourt({ provisional: { grounds: 'urgent' } });
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await by(world, me, 'petitions.respond', { id, hearing: 'waived', statement: 'As you like.' });
    const head = await world.hub.database.pool.query('SELECT seq FROM register_head');
    const decision = { id, decision: 'upheld', reason: 'Half of it.', period: '6mo' };
    expect((await by(world, world.judge, 'petitions.decide', decision)).period).toBe('6mo');
    const { rows } = await world.hub.database.pool.query(
      'SELECT kind, keys FROM register_log WHERE seq > $1 ORDER BY seq',
      [head.rows[0].seq],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['registered', 'lifted']);
    for (const { keys } of rows) for (const key of keys.split(';')) expect(key).toMatch(/=\d+-$/);
    await excluded(person.byPhone);
  });
});

describe('deadlines', () => {
  it('nothing is decided before the person was heard, waived it, or let 14 days pass', async () => {
    const { id } = await petitionOfCourt();
    const decision = { id, decision: 'upheld', reason: 'Nobody came.' };
    const token = world.judge.token;
    expect(refused((await world.hub.http('petitions.decide', decision, { token })).body).code).toBe(
      'CONFLICT',
    );
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    const early = refused((await world.hub.http('petitions.decide', decision, { token })).body);
    expect(early).toMatchObject({ code: 'CONFLICT', details: [{ path: 'id' }] });
    await passDays(world, id, 14);
    expect((await by(world, world.judge, 'petitions.decide', decision)).state).toBe('decided');
  });

  it('after 30 days there is no appeal', async () => {
    const { me, id } = await petitionOfCourt();
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await by(world, me, 'petitions.respond', { id, hearing: 'heard', statement: 'No.' });
    await by(world, world.judge, 'petitions.decide', { id, decision: 'upheld', reason: 'Yes.' });
    await passDays(world, id, 30);
    const appeal = await world.hub.http('petitions.appeal', { id, statement: 'Late.' }, { token: me.token });
    expect(refused(appeal.body).code).toBe('CONFLICT');
  });
});

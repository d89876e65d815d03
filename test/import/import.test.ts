import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { account, brokenAt, hexOf, openRegister, readLog, replay } from '../exclusions/support.ts';
import { csv } from '../fixtures/csv.ts';
import { callBy } from '../support/call.ts';
import { newPerson } from '../support/people.ts';
import { openImport } from './support.ts';

const HEADER =
  'national_id,phone,passport,alien_id,email,name,date_of_birth,period,starts_at,source,reason,reference';

test('a messy file: BOM, CRLF, blank lines, quoted newlines, any headers, any spelling', async () => {
  await using world = await openImport();
  const { platform } = world;
  const text = [
    '\uFEFFPERIOD, Source ,National ID,phone,E-Mail,"Date-Of-Birth",Shoe Size,reason,NAME',
    '',
    ` 1Y ,PERSON,'23 456 789, (0712) 345-678 ,A.B@Example.COM,1990-01-01,42,"two`,
    'lines, ""quoted""","Wanjiku, Amina"',
    '   ',
    'Permanent,Court,,+254(0)110 123456,,,,,',
    ',,,,,,,,',
    '',
  ].join('\r\n');
  const result = await world.run(text);
  expect(result).toMatchObject({
    rows: 2,
    imported: 2,
    known: 0,
    rejected: 0,
    incomplete: 0,
    isComplete: true,
  });
  expect(result.rejectsFile).toBeUndefined();
  const held = replay(await readLog(world.database.pool));
  for (const identifier of [
    { type: 'nationalId', value: '23456789' },
    { type: 'phone', value: '+254712345678' },
    { type: 'email', value: 'a.b@example.com' },
    { type: 'phone', value: '0110123456' },
  ] as const) {
    expect(held.get(hexOf(platform, identifier)), identifier.value).toMatchObject([{ endsAt: null }]);
  }
  expect(await brokenAt(world.database.pool)).toBeUndefined();
  const staff = callBy(account('admin'));
  const register = openRegister(platform);
  const { items } = await register.list({}, staff);
  const detail = await register.get({ id: items[1]!.id }, staff);
  expect(detail).toMatchObject({ reason: 'two\r\nlines, "quoted"', people: [{ name: 'Wanjiku, Amina' }] });
});

test('running it again changes nothing', async () => {
  await using world = await openImport();
  const text = [...csv({ rows: 3_000, mess: 0.5, bad: 0.05 })].join('');
  const first = await world.run(text);
  expect(first.imported + first.rejected).toBe(3_000);
  expect(first.rejected).toBeGreaterThan(50);
  const rejects = world.rejects();
  const seen = async () => ({
    log: await readLog(world.database.pool),
    exclusions: await world.count('exclusions'),
    people: await world.count('persons'),
    identifiers: await world.count('identifiers'),
    audit: await world.count('audit_log'),
  });
  const before = await seen();
  const second = await world.run(text);
  expect(second).toMatchObject({ imported: 0, known: first.imported, rejected: first.rejected });
  expect(await seen()).toEqual(before);
  expect(world.rejects()).toEqual(rejects);
});

test('one good and one bad identifier: imported with the good one, the bad one reported', async () => {
  await using world = await openImport();
  const person = newPerson();
  const result = await world.run(`${HEADER}\n${person.nationalId},0712,,,,,,1y,,person,,\n`);
  expect(result).toMatchObject({ imported: 1, incomplete: 1, rejected: 0 });
  expect(world.rejects()).toEqual([
    ['line', 'rejected_because', ...HEADER.split(',')],
    [
      '2',
      'imported; not used: phone: not a Kenyan phone number',
      person.nationalId,
      '0712',
      '',
      '',
      '',
      '',
      '',
      '1y',
      '',
      'person',
      '',
      '',
    ],
  ]);
  expect(replay(await readLog(world.database.pool)).has(hexOf(world.platform, person.byNationalId))).toBe(
    true,
  );
});

describe('rejected, with line, reason and the cells as they were', () => {
  test.each([
    ['no identifier at all', ',,,,,Juma,,1y,,person,,', /no identifier/],
    [
      'only bad identifiers',
      '12,0712,,,,,,1y,,person,,',
      /national_id: .*; phone: not a Kenyan phone number/,
    ],
    ['a placeholder that would make one person of many', '00000000,,N/A,none,,,,1y,,person,,', /placeholder/],
    ['no period', '23456789,,,,,,,,,person,,', /period: missing/],
    ['an unknown period', '23456789,,,,,,,2 years,,person,,', /period: not one of 24h/],
    ['an unknown source', '23456789,,,,,,,1y,,friend,,', /source: not one of person/],
    ['an impossible start', '23456789,,,,,,,1y,2026-02-30,person,,', /starts_at: no such date/],
    ['a start nobody can read', '23456789,,,,,,,1y,30/11/2026,person,,', /starts_at: no such date/],
    [
      'a term that is over',
      '23456789,,,,,,,24h,2020-01-01,person,,',
      /starts_at: the exclusion would already be over/,
    ],
    ['more cells than headers', '23456789,,,,,,,1y,,person,,,surprise', /more cells than headers/],
    ['a quote left open', '23456789,,,,,"Juma,,1y,,person,,', /a quote is opened and not closed/],
    ['a reference too long', `23456789,,,,,,,1y,,person,,${'x'.repeat(101)}`, /reference: longer/],
  ])('%s', async (_name, row, reason) => {
    await using world = await openImport();
    const good = newPerson();
    const result = await world.run(`${HEADER}\n${row}\n${good.nationalId},,,,,,,1y,,person,,\n`);
    expect(result).toMatchObject({ rows: 2, imported: 1, rejected: 1 });
    const [, rejected] = world.rejects();
    expect(rejected?.[0]).toBe('2');
    expect(rejected?.[1]).toMatch(reason);
    expect(rejected?.slice(2).join(',')).toBe(row);
  });
});

test('a known reference with other content is rejected, never skipped', async () => {
  await using world = await openImport();
  const [anna, ben] = [newPerson(), newPerson()];
  const row = (person: typeof anna, period: string) => `${person.nationalId},,,,,,,${period},,person,,GRA-1`;
  expect(await world.run(`${HEADER}\n${row(anna, '1y')}\n`)).toMatchObject({ imported: 1 });
  const result = await world.run(`${HEADER}\n${row(anna, '1y')}\n${row(anna, '30d')}\n${row(ben, '1y')}\n`);
  expect(result).toMatchObject({ imported: 0, known: 1, rejected: 2 });
  expect(
    world
      .rejects()
      .slice(1)
      .map(([line, reason]) => [line, reason]),
  ).toEqual([
    ['3', 'reference: known already, with other content'],
    ['4', 'reference: known already, with other content'],
  ]);
  expect(await world.count('exclusions')).toBe(1);
});

test('the reference of a live registration is other content to any row', async () => {
  await using world = await openImport();
  const person = newPerson();
  const live = await openRegister(world.platform).register(
    { identifiers: [person.byNationalId], period: '1y', source: 'person' },
    callBy(account('admin')),
  );
  const text = `${HEADER}\n${person.nationalId},,,,,,,1y,,person,,${live.reference}\n`;
  expect(await world.run(text)).toMatchObject({ imported: 0, rejected: 1 });
});

test('duplicates inside the file: the same row once, the same person with two exclusions', async () => {
  await using world = await openImport();
  const person = newPerson();
  const text = [
    HEADER,
    `${person.nationalId},${person.phone},,,,,,1y,,person,,`,
    `${person.nationalId.slice(0, 2)} ${person.nationalId.slice(2)},0${person.phone.slice(4)},,,,,,1Y,,Person,,`,
    `${person.nationalId},,,,${person.email},,,permanent,,court,,`,
  ].join('\n');
  expect(await world.run(text)).toMatchObject({ imported: 2, known: 1, rejected: 0 });
  expect(await world.count('persons')).toBe(1);
  expect(await world.count('exclusions')).toBe(2);
});

test('only people who have an account are told', async () => {
  const accounts = new Set<string>();
  await using world = await openImport(accounts);
  const person = newPerson();
  accounts.add(hexOf(world.platform, person.byPhone));
  const rows = [...csv({ rows: 300, mess: 0 })];
  rows.splice(150, 0, `,${person.phone},,,,,,1y,,person,,\n`);
  expect(await world.run(rows.join(''))).toMatchObject({ imported: 301 });
  const { rows: jobs } = await world.database.pool.query(
    `SELECT e.seq::int FROM outbox o JOIN exclusions e ON o.data #>> '{data,exclusionId}' = e.id`,
  );
  expect(jobs).toEqual([{ seq: 150 }]);
});

test.each([
  ['', /the file is empty/],
  ['\n\n', /the file is empty/],
  ['name,period,source\nJuma,1y,person\n', /no header one of national_id/],
  ['phone,name\n0712345678,Juma\n', /no header period, and no source/],
  ['phone,Phone,period,source\n', /the header phone appears twice/],
  ['p\0h\0o\0n\0e\0', /not UTF-8/],
  ['national_id;phone;period;source\n', /separated by semicolons; save it with commas/],
  ['national_id\tphone\tperiod\tsource\n', /separated by tabs/],
  ['x'.repeat(3 * 1024 * 1024), /line 1: longer than 1 MiB, and cut here: this is not a CSV file/],
])('a file that cannot be one is refused with one line: %j', async (text, message) => {
  await using world = await openImport();
  const error = await world.run(text).then(
    () => new Error('it was imported'),
    (thrown: Error) => thrown,
  );
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain('\n');
  expect(existsSync(`${world.file}.rejected.csv`)).toBe(false);
});

test('one monstrous cell, a zero, or bytes that are no UTF-8 cost at most their own row', async () => {
  await using world = await openImport();
  const rows = [
    'phone,period,source,reason',
    `0712000001,1y,person,${'x'.repeat(2 * 1024 * 1024)}`,
    '0712000002,1y,person,a\0b',
    '0712000003,1y,person,Jos\uFFFD',
    '0712\uFFFD00004,1y,person,',
    '0712000005,1y,person,',
  ];
  const result = await world.run(rows.join('\n'));
  expect(result).toMatchObject({ imported: 3, rejected: 2, isComplete: true, hasUnreadable: true });
  expect(world.rejects().map(([line]) => line)).toEqual(['line', '2', '5']);
});

test('what the database refuses for one row is that row’s loss alone', async () => {
  await using world = await openImport();
  await world.database.pool.query(`ALTER TABLE exclusions ADD CHECK (reference <> 'GRA-00000042')`);
  const rows = [...csv({ rows: 100, mess: 0 })].map((row, i) =>
    i === 0 ? row : row.replace(/,[^,]*\n$/, `,GRA-${String(i).padStart(8, '0')}\n`),
  );
  const result = await world.run(rows.join(''));
  expect(result).toMatchObject({ rows: 100, imported: 99, rejected: 1 });
  expect(world.rejects()[1]?.[1]).toBe('the database refuses this row');
  expect(await brokenAt(world.database.pool)).toBeUndefined();
});

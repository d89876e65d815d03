import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { groupServices } from '@kinga/server/platform/lifecycle/services.ts';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { probe } from '../support/probe.ts';
import { spawnEntry } from '../support/spawn-entry.ts';

const log = pino({ level: 'silent' });

function spawnProcess(kind: string) {
  return spawnEntry('test/lifecycle/process.ts', {}, [kind]);
}

function threadsOf(pid: number) {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).map((thread) => ({
    id: Number(thread),
    name: readFileSync(`${folder}/${thread}/comm`, 'utf8').trim(),
    niceness: getPriority(Number(thread)),
  }));
}

describe('a process', () => {
  test('drains, then puts away the latest first, and a second signal changes nothing', async () => {
    const { child, output, ended } = spawnProcess('plain');
    await probe(() => output.includes('ready'));
    child.kill('SIGTERM');
    await probe(() => output.includes('draining'));
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect(await ended()).toBe(0);
    expect(output).toEqual(['ready', 'draining', 'drained', 'put away the second', 'put away the first']);
  });

  test.runIf(process.platform === 'linux')(
    'has V8 compile and collect behind its own thread, which keeps its priority',
    async () => {
      const { child, output, kill } = spawnProcess('plain');
      await probe(() => output.includes('ready'));
      const threads = threadsOf(child.pid ?? 0);
      const helpers = threads.filter(({ name }) => name === 'V8Worker');
      expect(helpers.length).toBeGreaterThan(0);
      expect(new Set(helpers.map(({ niceness }) => niceness))).toEqual(new Set([19]));
      expect(threads.find(({ id }) => id === child.pid)?.niceness).toBe(getPriority());
      await kill();
    },
  );

  test('has fast string methods, whatever its imports have done to them', async () => {
    const { output, ended } = spawnEntry('test/lifecycle/strings.ts', {});
    expect(await ended()).toBe(0);
    expect(output).toEqual(['slowed down: false', 'running: true', 'a hub imported: true']);
  });

  test('that cannot start says so in one line, puts away what it had, and ends with 1', async () => {
    const { output, ended } = spawnProcess('fails');
    expect(await ended()).toBe(1);
    expect([...output].sort()).toEqual(['kinga: KEY: cannot start', 'put away the first']);
  });

  test('told to end while it starts, ends', async () => {
    const { child, output, ended } = spawnProcess('slow');
    await probe(() => output.includes('ready'));
    child.kill('SIGINT');
    expect(await ended()).toBe(0);
    expect(output).toContain('put away the first');
  });

  test('told to end while its start waits for something that does not come, ends', async () => {
    const { child, output, ended } = spawnProcess('stuck');
    await probe(() => output.includes('ready'));
    const before = performance.now();
    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    expect(performance.now() - before).toBeLessThan(8_000);
    expect(output).toContain('put away the first');
  });

  test('is not held up by something that hangs', async () => {
    const { child, output, ended } = spawnProcess('hangs');
    await probe(() => output.includes('ready'));
    const before = performance.now();
    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(output).toContain('put away the first');
    expect(output.join()).toContain('the second did not end well');
  });

  test('that nobody expected to fail still puts everything away, and ends with 1', async () => {
    const { output, ended } = spawnProcess('crashes');
    expect(await ended()).toBe(1);
    expect(output.join()).toContain('nobody caught this');
    expect(output).toContain('put away the first');
  });
});

describe('services', () => {
  function recorded(names: readonly string[], failing?: string) {
    const events: string[] = [];
    const services = names.map((name) => ({
      name,
      start: async () => {
        events.push(`start ${name}`);
        if (name === failing) throw new Error('no');
      },
      drain: async () => void events.push(`drain ${name}`),
      stop: async () => {
        events.push(`stop ${name}`);
        if (name === 'b') throw new Error('no');
      },
    }));
    return { events, group: groupServices(services, log) };
  }

  test('start in order, drain and stop in reverse, each once, also when one fails', async () => {
    const { events, group } = recorded(['a', 'b', 'c']);
    await group.start();
    await Promise.all([group.drain(), group.drain()]);
    await group.stop();
    await group.stop();
    const expected = ['start a', 'start b', 'start c', 'drain c', 'drain b', 'drain a'];
    expect(events).toEqual([...expected, 'stop c', 'stop b', 'stop a']);
  });

  test('that were started are stopped when a later one does not start', async () => {
    const { events, group } = recorded(['a', 'b', 'c'], 'b');
    await expect(group.start()).rejects.toThrow('no');
    expect(events).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });
});

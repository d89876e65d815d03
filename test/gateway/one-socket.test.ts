import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** An Engine.IO connection that has not asked for a socket yet, and what it has been told since. */
async function openConnection(): Promise<{
  send(frame: string): void;
  until(count: number): Promise<string[]>;
}> {
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}/socket.io/?EIO=4&transport=websocket`);
  const frames: string[] = [];
  let look = () => {};
  const opened = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const frame = String(data);
      if (frame.startsWith('0')) resolve();
      else if (/^4[04]|^42\["hello"/.test(frame)) frames.push(frame);
      look();
    });
  });
  await opened;
  const until = (count: number) =>
    new Promise<string[]>((resolve) => {
      look = () => frames.length >= count && resolve(frames);
      look();
    });
  return { send: (frame) => socket.send(frame), until };
}

test('a connection has one socket, however often it asks before it is answered', async () => {
  const before = world.gateway.socketsByRole().anonymous;
  const connection = await openConnection();
  for (let i = 0; i < 5; i++) connection.send('40{}');
  const frames = await connection.until(6);
  expect(frames.filter((frame) => frame.startsWith('42["hello"'))).toHaveLength(1);
  expect(frames.filter((frame) => frame.startsWith('44') && frame.includes('"CONFLICT"'))).toHaveLength(4);
  expect(world.gateway.socketsByRole().anonymous).toBe(before + 1);
});

test('a refused one may ask again on the same connection', async () => {
  const connection = await openConnection();
  connection.send('40{"token":"nobody"}');
  const [refusal] = await connection.until(1);
  expect(refusal).toContain('"UNAUTHENTICATED"');
  connection.send('40{"token":"bettor"}');
  const frames = await connection.until(3);
  expect(frames[2]).toContain('hello');
});

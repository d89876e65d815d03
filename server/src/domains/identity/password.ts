import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { createTurns } from '../../platform/call/turns.ts';

const argon2Async = promisify(argon2);

/** OWASP's second choice: 19 MiB, two passes, one lane. About 30 ms of one core. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** A flood of logins may take half the cores and a few seconds' wait, never the hub. */
const RUNNING_MAX = Math.max(1, Math.floor(availableParallelism() / 2));
const WAITING_MAX = 128;

interface Phc {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export interface Passwords {
  /** `$argon2id$v=19$m=...,t=...,p=...$salt$hash` */
  hash(password: string): Promise<string>;
  /** The same work whether or not there is a hash to compare with: an unknown account takes as long. */
  verify(password: string, phc: string | undefined): Promise<boolean>;
}

export function createPasswords(): Passwords {
  const inTurn = createTurns({
    runningMax: RUNNING_MAX,
    waitingMax: WAITING_MAX,
    refusal: 'Too many people are signing in at once',
  });
  const nobody = format({ ...parameters(), hash: randomBytes(HASH_BYTES) });
  return {
    async hash(password) {
      const chosen = parameters();
      return format({ ...chosen, hash: await inTurn(() => derive(password, chosen)) });
    },
    async verify(password, phc) {
      const stored = parse(phc ?? nobody);
      const hash = await inTurn(() => derive(password, stored));
      return timingSafeEqual(hash, stored.hash) && phc !== undefined;
    },
  };
}

function parameters(): Omit<Phc, 'hash'> {
  return { memory: MEMORY_KIB, passes: PASSES, parallelism: PARALLELISM, salt: randomBytes(SALT_BYTES) };
}

async function derive(password: string, phc: Omit<Phc, 'hash'>): Promise<Buffer> {
  return await argon2Async('argon2id', {
    message: password,
    nonce: phc.salt,
    parallelism: phc.parallelism,
    tagLength: HASH_BYTES,
    memory: phc.memory,
    passes: phc.passes,
  });
}

function format(phc: Phc): string {
  const settings = `m=${phc.memory},t=${phc.passes},p=${phc.parallelism}`;
  return `$argon2id$v=19$${settings}$${unpadded(phc.salt)}$${unpadded(phc.hash)}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

const PHC =
  /^\$argon2id\$v=19\$m=(?<memory>\d+),t=(?<passes>\d+),p=(?<parallelism>\d+)\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/;

function parse(text: string): Phc {
  const groups = PHC.exec(text)?.groups;
  if (groups === undefined) throw new Error('a stored password hash is not an argon2id PHC string');
  return {
    memory: Number(groups.memory),
    passes: Number(groups.passes),
    parallelism: Number(groups.parallelism),
    salt: Buffer.from(groups.salt ?? '', 'base64'),
    hash: Buffer.from(groups.hash ?? '', 'base64'),
  };
}

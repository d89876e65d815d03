import { KingaError } from '@kinga/shared/contract/errors.ts';
import { allProcedures } from '@kinga/shared/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Call } from '../../platform/call/handler.ts';
import { isSandboxKey } from './key.ts';

type AnyHandler = (input: never, call: Call) => unknown;

/** What the sandbox says in the place of the real procedure. */
export type Answers = Readonly<Record<string, AnyHandler>>;

/** The sandbox's own: no live key has anything to do there. */
const OWN = /^(sandbox|conformance)\./;
/** The law is the same everywhere. */
const SAME: ReadonlySet<string> = new Set(['policy.current', 'policy.list', 'policy.get']);

/**
 * Keeps the two worlds apart, whatever a domain does: of what a key may call, a sandbox key is answered by the
 * sandbox or not at all, and a live key never by the sandbox. What is new to the contract is refused until
 * somebody says how the sandbox answers it.
 */
export function apart<TDomain extends Domain>(domain: TDomain, answers: Answers): TDomain {
  const handlers = Object.entries(domain.handlers as Record<string, AnyHandler>).map(([key, handler]) => {
    const name = `${domain.name}.${key}`;
    return [key, isForKeys(name) && !SAME.has(name) ? guarded(name, handler, answers[name]) : handler];
  });
  return { ...domain, handlers: Object.fromEntries(handlers) };
}

function guarded(name: string, real: AnyHandler, sandboxed: AnyHandler | undefined): AnyHandler {
  if (OWN.test(name)) {
    return (input, call) => {
      if (call.actor.kind === 'key' && !isSandboxKey(call)) {
        throw new KingaError('FORBIDDEN', 'Only for sandbox keys (kk_test_...)');
      }
      return real(input, call);
    };
  }
  return (input, call) => {
    if (!isSandboxKey(call)) return real(input, call);
    if (sandboxed === undefined) throw new KingaError('FORBIDDEN', 'The sandbox has nothing of this');
    return sandboxed(input, call);
  };
}

function isForKeys(name: string): boolean {
  const access = allProcedures.find((procedure) => procedure.name === name)?.access;
  return typeof access === 'object' && (access.scopes?.length ?? 0) > 0;
}

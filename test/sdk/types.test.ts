import { connect, type Hub, isDeclared, type Watch, type WatchItem } from '@kinga/client-sdk';
import type { LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
import type { Live } from '@kinga/shared/monitoring/contract.ts';
import { expect, expectTypeOf, test } from 'vitest';

// Never called: what is asserted here is asserted by the compiler, in `npm run check`.
async function compileTime(hub: Hub, error: unknown): Promise<void> {
  const answer = await hub.exclusions.lookup({
    identifiers: [{ type: 'phone', value: '0712 345 678' }],
    purpose: 'bet',
  });
  expectTypeOf(answer).toEqualTypeOf<LookupAnswer>();
  // @ts-expect-error an unknown purpose
  void hub.exclusions.lookup({ identifiers: [], purpose: 'gift' });
  // @ts-expect-error an unknown procedure
  void hub.exclusions.forget({});

  void hub.identity.me();
  void hub.markets.list({ cursor: 'c' });
  const bet = { marketId: 'm', outcome: 'YES', stakeMinor: '2000' } as const;
  // @ts-expect-error a bet needs an idempotency key
  void hub.markets.placeBet(bet);
  void hub.markets.placeBet(bet, { idempotencyKey: 'k' });
  // @ts-expect-error a procedure that returns a secret takes no key
  void hub.operators.issueKey({ operatorId: 'o', label: 'l', scopes: [] }, { idempotencyKey: 'k' });

  if (isDeclared(error, 'markets.placeBet', 'EXCLUDED')) expectTypeOf(error.code).toEqualTypeOf<'EXCLUDED'>();
  // @ts-expect-error not an error of this procedure
  isDeclared(error, 'markets.placeBet', 'TOO_LATE');

  expectTypeOf(hub.watch('monitoring/live')).toEqualTypeOf<Watch<'monitoring/live'>>();
  // @ts-expect-error no such topic
  hub.watch('exclusions/all');
  const id: string = 'm';
  for await (const item of hub.watch(`markets/${id}`)) {
    if (item.kind === 'event') expectTypeOf(item.data.pools.YES).toEqualTypeOf<string>();
    if (item.kind === 'reset') expectTypeOf(item.reason).toEqualTypeOf<string>();
  }
  for await (const item of hub.watch(`inbox/${id}`)) {
    if (item.kind === 'event' && item.type === 'broadcastProgress') {
      expectTypeOf(item.data.delivered).toEqualTypeOf<number>();
    }
  }
  expectTypeOf<
    Extract<WatchItem<'monitoring/live'>, { kind: 'snapshot' }>['snapshot']
  >().toEqualTypeOf<Live>();

  void connect({ url: 'http://localhost:3000', token: async () => 'jwt' });
  // @ts-expect-error there is no way to make a failed lookup CLEAR
  void connect({ url: 'http://localhost:3000', failOpen: true });
}

test('the SDK is typed by the contract', () => {
  expect(compileTime).toBeTypeOf('function');
});

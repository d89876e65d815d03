import type { Hub } from '@kinga/client-sdk';
import { createContext, useContext, useEffect, useState } from 'react';

/** The youngest confirmation that reached this page, as the hub's own time. */
export class Freshness {
  asOf: string | undefined;
  /** The hub's clock minus ours, in milliseconds: what makes an age of the hub's times. */
  #offsetMs = 0;

  confirm(asOf: string): void {
    if (this.asOf === undefined || asOf > this.asOf) this.asOf = asOf;
  }

  setClock(serverTime: string): void {
    this.#offsetMs = Date.parse(serverTime) - Date.now();
  }

  ageMs(): number | undefined {
    if (this.asOf === undefined) return undefined;
    return Math.max(0, Date.now() + this.#offsetMs - Date.parse(this.asOf));
  }
}

export const FreshnessContext = createContext(new Freshness());

export function useConfirm(): (asOf: string) => void {
  const freshness = useContext(FreshnessContext);
  return (asOf) => freshness.confirm(asOf);
}

/** Heartbeats feed it; what each topic's source confirmed counts, not that a message arrived. */
export function useFreshness(hub: Hub): Freshness {
  const [freshness] = useState(() => new Freshness());
  useEffect(() => {
    const readClock = () => {
      if (hub.hello !== undefined) freshness.setClock(hub.hello.serverTime);
    };
    readClock();
    const stops = [
      hub.on('state', (state) => {
        if (state === 'connected') readClock();
      }),
      hub.on('heartbeat', (heartbeat) => {
        freshness.setClock(heartbeat.at);
        for (const { asOf } of Object.values(heartbeat.heads)) freshness.confirm(asOf);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [hub, freshness]);
  return freshness;
}

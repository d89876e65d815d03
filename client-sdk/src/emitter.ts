type Listeners<TEvents extends Readonly<Record<keyof TEvents, readonly unknown[]>>> = {
  [TName in keyof TEvents]?: Set<(...args: TEvents[TName]) => void>;
};

/** A few typed events; a listener that throws is the application's error and stops nothing here. */
export class Emitter<TEvents extends Readonly<Record<keyof TEvents, readonly unknown[]>>> {
  readonly #listeners: Listeners<TEvents> = {};

  /** Returns how to stop listening. */
  on<TName extends keyof TEvents>(name: TName, listener: (...args: TEvents[TName]) => void): () => void {
    const listeners = this.#listeners[name] ?? new Set<(...args: TEvents[TName]) => void>();
    this.#listeners[name] = listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<TName extends keyof TEvents>(name: TName, ...args: TEvents[TName]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

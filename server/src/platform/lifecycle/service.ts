/** Something long-lived. Whoever starts it stops it; user-facing services drain before what they stand on. */
export interface Service {
  readonly name: string;
  start?(): Promise<void>;
  /** No new work, finish what runs. */
  drain?(): Promise<void>;
  stop?(): Promise<void>;
}

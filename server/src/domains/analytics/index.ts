/** What the hub knows about itself by the day. */
export { computeDaily } from './daily.ts';

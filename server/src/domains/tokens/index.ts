export { type TokenOfKeys, tokensOfKeys } from './of-keys.ts';

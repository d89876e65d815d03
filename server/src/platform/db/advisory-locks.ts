/**
 * Every advisory lock of the hub that stands for a role or a place, in one list so that no two share a number.
 * (The locks of identifier keys are the first 64 bits of the keys: see the register.)
 */
export const ADVISORY_LOCKS = {
  migration: 7_265_001,
  revocation: 7_265_002,
  relay: 7_265_003,
  administrator: 7_265_004,
  demo: 7_265_005,
  importedRows: 7_265_006,
  policy: 7_265_007,
  canaries: 7_265_008,
  petitioned: 7_265_009,
  tokenChange: 7_265_101,
  propagation: 7_265_201,
  propagationGuard: 7_265_202,
} as const;

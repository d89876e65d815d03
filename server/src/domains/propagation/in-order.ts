/**
 * Takes these receipts (`r`) in the one order in which everybody takes them: of two who come for the same ones, in
 * whatever order they were told, sent or acknowledged, one waits and none for both. Who takes an operator's position
 * (propagation_operators) as well takes it before them.
 */
export const IN_ORDER = 'ORDER BY r.id FOR NO KEY UPDATE OF r';

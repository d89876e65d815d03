/**
 * What is looked at when tokens are issued and used, as data. Every alert says which rule it comes from and what was seen.
 * A whole customer base that is brought in at once looks like many of these signs: what comes in batches of
 * `bulkItems` or more is judged by its own figures, or not at all, and told once for the whole batch.
 */
export const RULES = {
  bulkItems: 20,
  /** A family shares a phone; a shop, an agent or a straw man shares it with more people. */
  sharedContact: { peopleMax: 4, exampleMax: 200 },
  /** Opening accounts everywhere at once: a run before an exclusion, or an identity in wrong hands. */
  manyOperators: { operatorsMax: 5, withinMinutes: 10 },
  /** Made-up numbers follow each other; those of real customers hardly ever do, even in a sorted list of them all. */
  sequentialIds: { runMin: 6, withinMinutes: 10, bulkRunMin: 20 },
  /** A token is 128 random bits, and its checksum tells a slip: who has many that are not theirs tries them out. */
  probing: { tokensMax: 20, withinMinutes: 60 },
  /** One person with several accounts, or two records of one person. */
  duplicatePerson: { customersMax: 1 },
  /** No transaction raises more alerts of one kind. */
  alertsMax: 20,
} as const;

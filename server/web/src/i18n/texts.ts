/** The same keys in another language: every text is some text. */
export type Texts<TNode> = {
  readonly [TKey in keyof TNode]: TNode[TKey] extends string ? string : Texts<TNode[TKey]>;
};

/** What a statement needs: both a raw pg client and the ORM's transaction can give it. */
export interface Tx {
  query<TRow extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: TRow[]; rowCount: number }>;
}

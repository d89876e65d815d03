/** Whether somebody is younger than so many years on a day; both dates as YYYY-MM-DD. A 29 February is over on 1 March. */
export function isYoungerThan(years: number, dateOfBirth: string, today: string): boolean {
  const [year = '', ...rest] = dateOfBirth.split('-');
  return today < [String(Number(year) + years).padStart(4, '0'), ...rest].join('-');
}

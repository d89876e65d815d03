/** Names of nobody. No two sound alike, so that nobody in a run is taken for somebody else. */
export const GIVEN: readonly string[] = [
  'Mohamed',
  'Fatuma',
  'Catherine',
  'Stephen',
  'Zipporah',
  'Rebecca',
  'Dennis',
  'Josephine',
  'Gladys',
  'Victor',
  'Lilian',
  'Patrick',
];
export const MIDDLE: readonly string[] = [
  'Wanjiku',
  'Achieng',
  'Kipchoge',
  'Nafula',
  'Moraa',
  'Chebet',
  'Mutua',
  'Halima',
  'Nyambura',
  'Wekesa',
];
/** The second is how somebody writes it who heard it. */
export const FAMILY: readonly (readonly [name: string, misspelt: string])[] = [
  ['Otieno', 'Otyeno'],
  ['Njoroge', 'Njorogge'],
  ['Kiplagat', 'Kiplaggat'],
  ['Barasa', 'Barassa'],
  ['Mutiso', 'Mutisso'],
  ['Omondi', 'Ommondi'],
  ['Kariuki', 'Karyuki'],
  ['Cheruiyot', 'Cheruyot'],
  ['Waweru', 'Wawerru'],
  ['Odhiambo', 'Odiambo'],
  ['Ngugi', 'Nguggi'],
  ['Simiyu', 'Simyu'],
];

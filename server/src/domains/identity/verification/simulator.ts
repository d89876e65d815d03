import type { NationalIdRegistry } from './national-id-registry.ts';

/**
 * Stands in for the national registry where there is none to ask. It knows everybody and decides by the last digit
 * of the number, so that whoever tries it out can choose what happens:
 *
 * - 0: there is no such number: refused.
 * - 7: the date of birth on the card is another one: refused.
 * - 8: the name on the card is another one: refused.
 * - 9: the registry is out of service.
 * - any other: confirmed, whatever the name and the date of birth are.
 */
export function createSimulator(): NationalIdRegistry {
  return {
    async verify({ nationalId }) {
      const last = nationalId.at(-1) ?? '';
      if (last === '9') throw new Error('the simulated registry is out of service');
      return '078'.includes(last) ? 'refused' : 'confirmed';
    },
  };
}

/** Every text the hub sends to people outside a socket. */
export const TEMPLATES = ['code', 'exclusionRegistered', 'exclusionEnding', 'supportPerson'] as const;
export type TemplateName = (typeof TEMPLATES)[number];

/**
 * The channel on which workers hear of new jobs. Always given to Agenda by name: its own default is not the
 * one its documentation says.
 */
export const AGENDA_CHANNEL = 'kinga_jobs';

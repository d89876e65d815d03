/** For a small machine that does other things as well; nothing here trades durability for speed. */
export const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // Relative to the cluster: a path of its own could be longer than a socket's may be.
  unix_socket_directories: '.',
  password_encryption: 'scram-sha-256',
  max_connections: '200',
  // Registrations take a lock for each key of each person in a batch.
  max_locks_per_transaction: '256',
  shared_buffers: '256MB',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  // What people typed does not belong in a log: no statements, and no details, which quote the row's values.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/**
 * For clusters that are thrown away: the machine may forget them, and so they are fast. A commit still outlives
 * the death of the server, as everywhere.
 */
export const DISPOSABLE_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum_naptime: '10min',
  max_connections: '400',
  // Below the data instead of /dev/shm, so that deleting the folder leaves nothing.
  dynamic_shared_memory_type: 'mmap',
};

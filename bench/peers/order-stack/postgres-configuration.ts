// PostgreSQL tuned for orders on this machine: durable at each commit, nothing that a single
// server without replicas does not need, no checkpoint within a run.

export interface PostgresTuning {
  /** 0: commits that come together share a sync all the same, when one is under way. */
  readonly commitDelayUs: number;
}

export function postgresConfiguration(
  socketDirectory: string,
  { commitDelayUs }: PostgresTuning,
): string {
  const settings: Readonly<Record<string, string | number>> = {
    listen_addresses: "''",
    unix_socket_directories: `'${socketDirectory}'`,
    max_connections: 60,
    // What a customer is told is durable.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    commit_delay: commitDelayUs,
    commit_siblings: 2,
    // Nobody reads the log but a restart.
    wal_level: 'minimal',
    max_wal_senders: 0,
    wal_buffers: '64MB',
    min_wal_size: '1GB',
    max_wal_size: '16GB',
    checkpoint_timeout: '15min',
    shared_buffers: '1GB',
    effective_cache_size: '4GB',
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    random_page_cost: 1.1,
    bgwriter_lru_maxpages: 0, // the checkpointer writes; all fits into the buffers
    jit: 'off',
    max_parallel_workers_per_gather: 0,
    track_activities: 'off',
    update_process_title: 'off',
    logging_collector: 'off',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

/** Numbers that hold where the cluster file names none. */
export const clusterDefaults = {
  /** Of gossip, TCP and UDP: Grafana's own default. */
  gossipPort: 9094,
  /** Logins at once through one first hop. */
  perHop: 8,
  /** Milliseconds to the database and back, where nobody measured. */
  roundTripMs: 5,
  /** Backups kept on a node. */
  keep: 10,
} as const;

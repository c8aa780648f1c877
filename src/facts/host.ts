/** What of the host can break its Grafana, or one node of the cluster alone. */
export interface HostFacts {
  /** /etc/machine-id; undefined: there is none. */
  readonly machineId?: string;
}

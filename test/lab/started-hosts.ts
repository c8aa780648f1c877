import type { LabHost } from './lab.ts';

/** What both strengths give. */
export interface StartedHosts {
  readonly hosts: readonly LabHost[];
  readonly sshConfig: string;
  readonly knownHosts: string;
  /** Address of this machine that a database for the hosts listens on. */
  readonly databaseAddress: string;
  /** The network that the hosts come from, as CIDR. */
  readonly clients: string;
}

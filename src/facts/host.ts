/** What of the host can break its Grafana, or one node of the cluster alone. A field that is absent is not known there. */
export interface HostFacts {
  /** /etc/machine-id. */
  readonly machineId?: string;
  readonly unit?: UnitFacts;
  /** Files and folders that are there, as Grafana's user meets them. */
  readonly access: readonly AccessFacts[];
  /** Where data, logs, the config and our own state lie. */
  readonly places: readonly PlaceFacts[];
  /** Where /proc/PID/exe of the running Grafana leads; ` (deleted)` behind it: the file was replaced since. */
  readonly program?: string;
  /** Who listens on the ports that Grafana is to have. */
  readonly listeners: readonly ListenerFacts[];
  readonly lowPorts: LowPortFacts;
  readonly clock: ClockFacts;
  readonly updates: UpdateFacts;
  readonly managers: readonly ManagerFacts[];
  /** Hash of every file that says something, by path; outside of `folder` the path is absolute. Absent: no such folder. */
  readonly provisioning?: { readonly folder: string; readonly hashes: ReadonlyMap<string, string> };
  /** Files that settings name, by `section.key`; without a hash: no such file. */
  readonly namedFiles: ReadonlyMap<string, { readonly path: string; readonly sha256?: string }>;
}

/** Of systemd.service, as `systemctl show` tells it. */
export interface UnitFacts {
  /** Such as `simple` or `notify`. */
  readonly type: string;
  /** Such as `on-failure`; `no` leaves a dead Grafana dead. */
  readonly restart: string;
  /** Such as `running` or `auto-restart`. */
  readonly subState: string;
  /** Such as `success` or `start-limit-hit`. */
  readonly result: string;
  /** Automatic restarts so far, some moments after ServiceFacts counted them. */
  readonly restarts: number;
  /** Seconds; undefined: as long as it takes. */
  readonly startTimeout?: number;
  /** Starts within `startInterval` seconds after which systemd gives up; undefined: never. */
  readonly startBurst?: number;
  readonly startInterval?: number;
  /** Bytes; undefined: no limit. */
  readonly memoryMax?: number;
  readonly openFiles?: number;
  /** What keeps files away from it, such as `ProtectHome=yes`. */
  readonly sandbox: readonly string[];
}

export interface AccessFacts {
  readonly path: string;
  /** Who names it, such as `[paths] data` or `the unit`. */
  readonly named: string;
  readonly need: 'read' | 'write';
  /** By owner, mode and ACL alone. */
  readonly plain?: Access;
  /** Within all that the unit hides and protects. */
  readonly inUnit?: Access;
  /** Of those who have nothing to do with Grafana. */
  readonly others?: Access;
  /** Its SELinux label is not the one that the policy wants; the policy's own words. Only where SELinux is enforced. */
  readonly wrongLabel?: string;
}

export interface Access {
  readonly exists: boolean;
  readonly read: boolean;
  readonly write: boolean;
}

export interface PlaceFacts {
  readonly what: 'config' | 'data' | 'logs' | 'state';
  readonly path: string;
  /** Symlinks followed; the nearest folder that is there. */
  readonly realPath: string;
  /** Such as `ext2/ext3`, `overlayfs`, `nfs`. */
  readonly fileSystem: string;
  /** Such as `/dev/sda1` or `nas:/export`. */
  readonly source: string;
  readonly mountedAt: string;
  readonly freeBytes?: number;
  /** Undefined: this file system does not count them. */
  readonly freeInodes?: number;
}

export interface ListenerFacts {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0` and `::` are all addresses. */
  readonly address: string;
  readonly port: number;
  /** Undefined: no process of this host has it. */
  readonly pid?: number;
  readonly parent?: number;
  readonly program: string;
  /** It belongs to Grafana's unit. */
  readonly ofUnit: boolean;
}

export interface LowPortFacts {
  /** The first port that everybody may have: 1024 as a rule. */
  readonly first: number;
  /** Capabilities that the unit hands over, in lower case. */
  readonly ambient: readonly string[];
  readonly bounding: readonly string[];
  /** Grafana's program has the capability by itself. */
  readonly onProgram: boolean;
}

export interface ClockFacts {
  /** The kernel's own word; undefined: a container, whose clock is another's. */
  readonly synchronised?: boolean;
  /** Active services that keep the time. */
  readonly services: readonly string[];
}

export interface UpdateFacts {
  /** Grafana's package; undefined: none that a package manager knows. */
  readonly package?: string;
  readonly held: boolean;
  /** What would upgrade it by itself, such as `unattended-upgrades (site=apt.grafana.com)`. */
  readonly automatic: readonly string[];
  /** needrestart restarts services by itself. */
  readonly restarting: boolean;
}

export interface ManagerFacts {
  /** Such as `Puppet`. */
  readonly name: string;
  /** What runs it: a unit, or the file of a timer or cron. */
  readonly by: string;
  /** Its own list of what it manages names the config, or does not; undefined: it has no list. */
  readonly knowsConfig?: boolean;
}

/** The options of `init` as commander gives them. */
export interface InitFlags {
  /** Running nodes to start from. */
  readonly from?: readonly string[];
  /** Name of the node that is right where they differ. */
  readonly like?: string;
  readonly pushNever?: boolean;
  readonly node?: readonly string[];
  readonly hostKey?: readonly string[];
  readonly dsn?: string;
  readonly dbPassword?: string;
  readonly sslMode?: string;
  readonly dbCa?: string;
  readonly rootUrl?: string;
  readonly adminPassword?: string;
  readonly license?: string;
  /** `NODE.KEY=VALUE`. */
  readonly grafana?: readonly string[];
  readonly gossip?: readonly string[];
  readonly gossipPort?: string;
  readonly leaveSqlite?: boolean;
  readonly name?: string;
  readonly sshConfig?: string;
  readonly askSudoPassword?: boolean;
  readonly file: string;
  readonly output: string;
  readonly yes?: boolean;
  readonly push?: boolean;
}

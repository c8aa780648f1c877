/** Redis as one node reaches it. */
export interface RedisPath {
  readonly node: string;
}

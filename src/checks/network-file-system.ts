/** Whether a type that `stat -f` tells is of a file system that other hosts may have, too. */
export function isOnNetwork(fileSystem: string): boolean {
  return /^(nfs|cifs|smb|9p|v9fs|fuse|ceph|glusterfs|lustre|afs|gpfs|panfs|ocfs2|gfs|vmhgfs|prl_fs|coda|beegfs|virtiofs)/.test(fileSystem);
}

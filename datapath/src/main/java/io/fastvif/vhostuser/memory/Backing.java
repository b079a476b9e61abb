package io.fastvif.vhostuser.memory;

/** Which files are taken as a peer's memory. */
public enum Backing {
  /**
   * Only files that cannot shrink: sealed with F_SEAL_SHRINK by their maker, or by us, which works
   * if the maker allowed sealing (MFD_ALLOW_SEALING). QEMU's {@code memory-backend-memfd} is
   * sealed. On hugetlbfs an access may fail all the same, if the peer punches a hole and no huge
   * page is left.
   */
  SEALED,

  /**
   * Files that cannot be sealed too: DPDK's memory, QEMU's with {@code seal=off}, files of tmpfs
   * and hugetlbfs. Their mappings are guarded: see {@link SharedMapping}.
   */
  ANY_MEMORY
}

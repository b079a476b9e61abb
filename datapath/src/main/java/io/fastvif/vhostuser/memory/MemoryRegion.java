package io.fastvif.vhostuser.memory;

/**
 * A region of a guest's memory, as the frontend describes it. All numbers are unsigned.
 *
 * @param guestAddress where the guest sees it: what rings' descriptors use
 * @param size bytes
 * @param userAddress where the frontend sees it: what SET_VRING_ADDR uses
 * @param mmapOffset where it begins in the file that comes with it
 * @see <a href="https://qemu-project.gitlab.io/qemu/interop/vhost-user.html">Vhost-user protocol,
 *     "Memory regions description"</a>
 */
public record MemoryRegion(long guestAddress, long size, long userAddress, long mmapOffset) {

  /**
   * Returns whether a REM_MEM_REG of the other region means this one. Ignores the offset, as the
   * specification says.
   *
   * @param other the region of the request
   * @return whether addresses and size are the same
   */
  public boolean isSameAs(MemoryRegion other) {
    return guestAddress == other.guestAddress
        && size == other.size
        && userAddress == other.userAddress;
  }

  @Override
  public String toString() {
    return String.format(
        "guest 0x%x size 0x%x user 0x%x offset 0x%x", guestAddress, size, userAddress, mmapOffset);
  }
}

package io.fastvif.netlink.route;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.NetlinkException;

/**
 * Sets a link's MAC address also where its driver is not ready for it. Some drivers take a new one
 * only while the link is down. That of a virtual function may take none but the one that its
 * physical function has set, of which igbvf does not know until it is reset; and it is reset when
 * the link is taken down.
 */
public final class LinkAddressChange {
  private LinkAddressChange() {}

  /**
   * Sets it. Equivalent to {@code ip link set DEV address MAC}, and if that is refused, to {@code
   * ip link set DEV down} before it.
   *
   * @param index the link's index
   * @param isUp whether the link is up, as it is afterwards too
   * @param mac the 48 bits, the first byte on the wire in bits 47 to 40
   * @throws NetlinkException if it is refused all the same
   */
  public static void apply(RouteSocket socket, int index, boolean isUp, long mac) {
    try {
      socket.execute(socket.link().set(index).address(mac));
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.EADDRNOTAVAIL && refused.errno() != Errno.EBUSY) {
        throw refused;
      }
      if (!isUp) {
        socket.execute(socket.link().set(index).up());
      }
      socket.execute(socket.link().set(index).down());
      try {
        socket.execute(socket.link().set(index).address(mac));
      } finally {
        if (isUp) {
          socket.execute(socket.link().set(index).up());
        }
      }
    }
  }
}

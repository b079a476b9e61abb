package io.fastvif.engine.local;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.MovedLinks.MovedLink;

/** Sets the MTU of a link of another namespace. */
final class MovedLinkMtu {
  private MovedLinkMtu() {}

  /** Does the step; false if the link, or its namespace, is gone. */
  static boolean set(DeviceStep.SetMovedMtu step) {
    try (Netns namespace = Netns.of(step.link().namespace())) {
      return namespace.call(() -> setHere(step.link()));
    } catch (SystemCallException refused) {
      if (refused.errno() == Errno.ENOENT || refused.errno() == Errno.ESRCH) {
        return false;
      }
      throw refused;
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.ENODEV) {
        return false;
      }
      throw refused;
    }
  }

  private static boolean setHere(MovedLink wanted) {
    try (RouteSocket socket = RouteSocket.open()) {
      LinkMessage link = new LinkMessage();
      boolean[] differs = {false};
      socket.query(
          socket.link().get(wanted.index()),
          message -> {
            link.wrap(message);
            differs[0] = link.name().equals(wanted.name()) && link.mtu() != wanted.mtu();
          });
      if (differs[0]) {
        socket.execute(socket.link().set(wanted.index()).mtu(wanted.mtu()));
      }
      return differs[0];
    }
  }
}

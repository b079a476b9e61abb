package io.fastvif.engine.local;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.side.LeftAsItIsException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.observe.reader.HostStates;
import io.fastvif.observe.reader.LinkUse;
import io.fastvif.observe.reader.LinkUse.User;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MacvtapStep;
import java.util.List;
import java.util.function.IntFunction;

/** Devices that macvtaps and VLANs lie on, in the namespace of the calling thread. */
final class LowerDevices {
  private LowerDevices() {}

  /**
   * Sets a device down, unless somebody uses it. Whoever puts a link on a device brings it up
   * afterwards. So a link that came meanwhile, and whose maker found the device still up, is there
   * when this looks again, and the device comes up again.
   *
   * @param functions says who uses virtual functions of the link of an index, null for nobody
   * @return false if there was nothing to do
   * @throws LeftAsItIsException if somebody uses it, or may
   */
  static boolean setDownIfUnused(MacvtapStep.SetDownIfUnused step, IntFunction<String> functions) {
    try (RouteSocket socket = RouteSocket.open()) {
      int index = step.index() != 0 ? step.index() : socket.indexOf(step.name());
      LinkState found = index == 0 ? null : find(socket, index);
      boolean marked = found != null && found.alias().equals(Aliases.BROUGHT_UP);
      if (found == null || !found.up() || (step.marked() && !marked)) {
        return false;
      }
      User user = user(socket, index, step.except(), functions);
      if (user == null) {
        set(socket, index, false, step.marked() ? "" : null);
        user = user(socket, index, step.except(), functions);
        if (user == null) {
          return true;
        }
        set(socket, index, true, step.marked() ? Aliases.BROUGHT_UP : null);
      }
      if (user.isVif()) {
        return false;
      }
      throw new LeftAsItIsException(step.name() + " is left up: " + user.words());
    }
  }

  private static User user(
      RouteSocket socket, int index, List<String> except, IntFunction<String> functions) {
    User user = LinkUse.find(socket, index, except);
    return user == null ? User.other(functions.apply(index)) : user;
  }

  /** The device; null if it is gone. */
  private static LinkState find(RouteSocket socket, int index) {
    HostStates states = new HostStates();
    LinkState[] found = {null};
    try {
      socket.query(
          socket.link().get(index),
          message -> {
            states.link(message);
            found[0] = states.linkState();
          });
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV) {
        throw refused;
      }
    }
    return found[0];
  }

  private static void set(RouteSocket socket, int index, boolean up, String alias) {
    LinkRequest request = socket.link().set(index);
    if (alias != null) {
      request.alias(alias);
    }
    if (up) {
      request.up();
    } else {
      request.down();
    }
    socket.execute(request);
  }
}

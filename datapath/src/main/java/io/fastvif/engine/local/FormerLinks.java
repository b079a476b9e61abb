package io.fastvif.engine.local;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.side.LeftAsItIsException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkAddressChange;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.observe.reader.LinkUse;
import io.fastvif.observe.reader.LinkUse.User;
import io.fastvif.plan.FormerDevice.FormerLink;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.RestoreLink;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Gives a device's link back what it had, one thing after another: a driver may refuse some. */
public final class FormerLinks {
  private final RouteSocket socket;
  private final LinkState now;
  private final FormerLink former;
  private final List<String> left = new ArrayList<>();

  private FormerLinks(RouteSocket socket, LinkState now, FormerLink former) {
    this.socket = socket;
    this.now = now;
    this.former = former;
  }

  /**
   * Does the step, in the namespace of the calling thread.
   *
   * @param now the link as it is; null if it is not in this namespace
   * @return true always
   * @throws LeftAsItIsException if there is no such link, or not all could be given back
   */
  public static boolean restore(RestoreLink step, LinkState now) {
    FormerLink former = step.former();
    if (now == null) {
      throw new LeftAsItIsException(
          "the link of " + step.device() + " is not here to be as it was: " + former);
    }
    try (RouteSocket socket = RouteSocket.open()) {
      FormerLinks links = new FormerLinks(socket, now, former);
      links.restore();
      if (!links.left.isEmpty()) {
        throw new LeftAsItIsException(
            "the link " + now.name() + " is left: " + String.join("; ", links.left));
      }
    }
    return true;
  }

  private void restore() {
    boolean renamed = !now.name().equals(former.name());
    // Before Linux 6.2 only a link that is down is renamed.
    boolean up = now.up() && !(renamed && set("down", LinkRequest::down));
    if (renamed) {
      set("name " + former.name(), link -> link.name(former.name()));
    }
    if (former.address() != null && !former.address().equals(now.address())) {
      setAddress(up);
    }
    if (former.mtu() != now.mtu()) {
      set("mtu " + former.mtu(), link -> link.mtu(former.mtu()));
    }
    if (former.up() && !up) {
      set("up", LinkRequest::up);
    } else if (!former.up() && up) {
      User user = LinkUse.find(socket, now.index(), List.of());
      if (user == null) {
        set("down", LinkRequest::down);
      } else {
        left.add("up, for " + user.words());
      }
    }
  }

  private void setAddress(boolean up) {
    try {
      LinkAddressChange.apply(socket, now.index(), up, former.address().value());
    } catch (NetlinkException refused) {
      left.add("not address " + former.address() + ": " + Errno.name(refused.errno()));
    }
  }

  private boolean set(String words, UnaryOperator<LinkRequest> change) {
    try {
      socket.execute(change.apply(socket.link().set(now.index())));
      return true;
    } catch (NetlinkException refused) {
      left.add("not " + words + ": " + Errno.name(refused.errno()));
      return false;
    }
  }
}

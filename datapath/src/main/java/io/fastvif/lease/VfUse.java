package io.fastvif.lease;

import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.VirtualFunctionState;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Whether a virtual function may be given to somebody.
 *
 * @param function the function
 * @param lease who has it by a lease; null for nobody
 * @param busy why the host itself says that it is in use, such as {@code its link eth3 is up}; null
 *     if it does not
 */
public record VfUse(VirtualFunctionState function, DeviceLease lease, String busy) {

  /** Reads the use of a function from the leases and the host. */
  public static VfUse of(HostSnapshot host, VirtualFunctionState function) {
    try {
      Optional<DeviceLease> lease = host.devices().lease(function.address());
      return new VfUse(function, lease.orElse(null), busy(host, function));
    } catch (UncheckedIOException unreadable) {
      return new VfUse(function, null, unreadable.getMessage());
    }
  }

  /** Whether nobody has it. */
  public boolean isFree() {
    return lease == null && busy == null;
  }

  /** Who has it, or why it is in use, in words; null if it is free. */
  public String reason() {
    return lease == null ? busy : "it is leased to " + lease.holder();
  }

  private static String busy(HostSnapshot host, VirtualFunctionState function) {
    if (function.driver() != null && function.link() == null) {
      return "it is bound to " + function.driver() + " and has no link in this namespace";
    }
    Optional<LinkState> link = known(host, function.link());
    if (link.isPresent() && link.get().up()) {
      return "its link " + link.get().name() + " is up";
    }
    if (link.isPresent() && link.get().master() != 0) {
      return "its link " + link.get().name() + " has a master";
    }
    if (link.isPresent()) {
      String user = user(host, link.get());
      if (user != null) {
        return user;
      }
    }
    Optional<LinkState> representor = known(host, function.representor());
    if (representor.isPresent() && representor.get().master() != 0) {
      return "its representor " + representor.get().name() + " has a master";
    }
    return null;
  }

  private static Optional<LinkState> known(HostSnapshot host, LinkId link) {
    return link == null ? Optional.empty() : host.link(link.index());
  }

  /** A link that is down may be somebody's who is about to bring it up. */
  private static String user(HostSnapshot host, LinkState link) {
    for (LinkState other : host.uppers(link.index())) {
      if (other.lower() != null) {
        return other.name() + " lies on its link " + link.name();
      }
    }
    return host.addresses(link.index()).isEmpty()
        ? null
        : "its link " + link.name() + " has an address";
  }
}

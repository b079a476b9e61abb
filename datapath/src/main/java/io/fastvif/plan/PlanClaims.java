package io.fastvif.plan;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.net.Inet4Address;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the plans to plug VIFs that are made from one snapshot, or are still under way, take each
 * for their VIF alone: names of devices and ports, addresses that are routed to, sockets. Such
 * plans do not see each other; here it is seen that two of them want the same. Not thread-safe.
 */
public final class PlanClaims {
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;

  private final Map<Claim, String> holders = new HashMap<>();
  private final Map<String, Set<Claim>> claims = new HashMap<>();
  private HostSnapshot host;

  private enum Kind {
    DEVICE("a device"),
    ROUTE("an address"),
    SOCKET("a socket");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** Compared by hand, as {@link LinkState} is. */
  private record Claim(Kind kind, String name) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Claim claim && claim.kind == kind && claim.name.equals(name);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + kind.hashCode();
    }
  }

  /**
   * @param host that the batch is planned for
   */
  public PlanClaims(HostSnapshot host) {
    this.host = host;
  }

  /** No claims yet, and nothing known of the host until {@link #begin}. */
  public PlanClaims() {}

  /** Goes on with a newer snapshot; what was taken in before stays, until it is released. */
  public void begin(HostSnapshot newHost) {
    host = newHost;
  }

  /**
   * Forgets what the plans of that VIF took: they have ended, and the host says what is. Of sockets
   * it does not say whose they are: they stay the VIF's until it is {@linkplain #unplugged}.
   */
  public void release(String vifId) {
    release(vifId, claim -> claim.kind() != Kind.SOCKET);
  }

  /** Forgets all that plans of that VIF took: it is about to be unplugged. */
  public void unplugged(String vifId) {
    release(vifId, claim -> true);
  }

  private void release(String vifId, Predicate<Claim> which) {
    Set<Claim> held = claims.get(vifId);
    if (held == null) {
      return;
    }
    held.removeIf(claim -> which.test(claim) && holders.remove(claim) != null);
    if (held.isEmpty()) {
      claims.remove(vifId);
    }
  }

  /**
   * Takes in a plan to plug.
   *
   * @throws InvalidInputException if another VIF of the batch, or of the host, has what it takes;
   *     then nothing of it is taken in
   */
  public void add(Vif vif, PlugPlan plan) {
    Set<Claim> wanted = claims(vif, plan);
    for (Claim claim : wanted) {
      String holder = holders.get(claim);
      if (holder != null && !holder.equals(plan.vifId())) {
        throw conflict(claim, plan, "is that of another VIF, " + holder);
      }
      Optional<String> onHost = holder(claim).filter(id -> !id.equals(plan.vifId()));
      if (onHost.isPresent()) {
        throw conflict(claim, plan, "is that of another VIF, " + onHost.get());
      }
    }
    wanted.forEach(claim -> holders.put(claim, plan.vifId()));
    claims.computeIfAbsent(plan.vifId(), key -> new HashSet<>()).addAll(wanted);
  }

  private Optional<String> holder(Claim claim) {
    return claim.kind() == Kind.DEVICE
        ? host.link(claim.name()).flatMap(link -> Aliases.vifId(link.alias()))
        : Optional.empty();
  }

  private static InvalidInputException conflict(Claim claim, PlugPlan plan, String problem) {
    String field =
        switch (claim.kind()) {
          case DEVICE -> claim.name().equals(plan.name()) ? "vif_name" : "id";
          case ROUTE -> "network.subnets.ips.address";
          case SOCKET -> "path";
        };
    return field.equals("id")
        ? InvalidInputException.ofValue(
            field,
            plan.vifId(),
            "stands for the device " + claim.name() + ", which " + problem,
            "a VIF whose devices have names of their own")
        : InvalidInputException.ofValue(
            field, claim.name(), problem, claim.kind().words + " of its own");
  }

  private static Set<Claim> claims(Vif vif, PlugPlan plan) {
    Set<Claim> claims = new HashSet<>();
    plan.devices().forEach(name -> claims.add(new Claim(Kind.DEVICE, name)));
    for (PlannedStep planned : plan.steps()) {
      if (!planned.shared()) {
        claim(planned.step(), claims);
      }
    }
    if (vif instanceof VifVhostUser vhostUser && vhostUser.path().hasValue()) {
      claims.add(new Claim(Kind.SOCKET, vhostUser.path().get()));
    }
    return claims;
  }

  private static void claim(Step step, Set<Claim> claims) {
    // Not a switch over types, of which the JVM makes a class anew at each start of the command.
    // What is not here is not for the VIF alone, or goes by a device that is.
    if (step instanceof NetlinkStep.CreateVeth veth) {
      claims.add(new Claim(Kind.DEVICE, veth.name()));
      claims.add(new Claim(Kind.DEVICE, veth.peer()));
    } else if (step instanceof LocalStep.CreateTap tap) {
      claims.add(new Claim(Kind.DEVICE, tap.name()));
    } else if (step instanceof NetlinkStep.CreateBridge bridge) {
      claims.add(new Claim(Kind.DEVICE, bridge.name()));
    } else if (step instanceof NetlinkStep.CreateMacvtap macvtap) {
      claims.add(new Claim(Kind.DEVICE, macvtap.name()));
    } else if (step instanceof NetlinkStep.RenameLink rename) {
      claims.add(new Claim(Kind.DEVICE, rename.newName()));
    } else if (step instanceof NetlinkStep.AddRoute add) {
      RouteState route = add.route();
      int bits = route.destination() instanceof Inet4Address ? IPV4_BITS : IPV6_BITS;
      if (route.gateway() == null && route.prefixLength() == bits) {
        claims.add(new Claim(Kind.ROUTE, route.destination().getHostAddress()));
      }
    } else if (step instanceof OvsStep.ChangeOvs change) {
      for (OvsChange one : change.changes()) {
        if (one instanceof OvsChange.AddPort port) {
          claims.add(new Claim(Kind.DEVICE, port.port().name()));
        }
      }
    }
  }
}

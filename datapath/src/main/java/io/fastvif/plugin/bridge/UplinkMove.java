package io.fastvif.plugin.bridge;

import io.fastvif.plan.EntryStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LinkSysctl;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.Step;
import io.fastvif.plugin.BridgeAddress;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Moves what hangs on an uplink to the bridge that it joins. The host has all of it at every
 * instant, on the uplink, on the bridge or on both, because everything is added there before
 * anything is taken off here:
 *
 * <ol>
 *   <li>the bridge gets the addresses, and what else may be on both;
 *   <li>the uplink joins the bridge, which until then leads nowhere;
 *   <li>what can exist only once changes over, each at one instant;
 *   <li>the uplink loses the rest, in the opposite order.
 * </ol>
 *
 * <p>Each step is undone by its opposite, so the way back is as safe. Where a move was broken off,
 * the bridge has already what the uplink still has, or the uplink no longer has what the bridge
 * has; planning it anew leaves out what is done.
 *
 * <p>What the kernel alone has given the uplink, a link-local address and what routers advertise,
 * does not make the bridge an IPv6 host: it stays, as with os-vif, so that guests cannot reach the
 * host by it; the plan's notes name what was advertised.
 */
final class UplinkMove {
  private static final int IPV6_MIN_MTU = 1280;
  private static final int MAX_LABEL_BYTES = 15;

  private final PlanBuilder plan;
  private final LinkState uplink;
  private final String bridge;
  private final Optional<LinkState> existing;
  private final LinkEntries all;
  private final List<LinkEntry> moved;
  private final List<LinkEntry> onBridge;
  private final boolean ipv6;
  private final boolean joined;

  /** Whether the bridge makes a link-local address when it can; a new one does. */
  private boolean generating;

  /**
   * @param bridge the bridge's name; it may still be to be made
   */
  UplinkMove(PlanBuilder plan, LinkState uplink, String bridge) {
    HostSnapshot host = plan.host();
    this.plan = plan;
    this.uplink = uplink;
    this.bridge = bridge;
    existing = host.link(bridge).filter(link -> !link.isUnfinished());
    generating = existing.map(LinkState::ipv6AddressGeneration).orElse(true);
    joined = existing.isPresent() && uplink.master() == existing.get().index();
    all = host.entries(uplink.index());
    onBridge =
        all.all().isEmpty()
            ? List.of()
            : existing.map(link -> host.entries(link.index()).all()).orElse(List.of());
    ipv6 = all.all().stream().anyMatch(this::takesToIpv6);
    moved = all.all().stream().filter(entry -> ipv6 || !isKernels(entry)).toList();
  }

  private static boolean isKernels(LinkEntry entry) {
    return entry.isAutomatic() || entry.isAdvertised();
  }

  /** The link-local address does not, but may be the last that a broken move has left. */
  private boolean takesToIpv6(LinkEntry entry) {
    boolean half =
        existing.isPresent() && !existing.get().ipv6Disabled() && onBridge.contains(entry);
    return entry.needsIpv6() && (half || !isKernels(entry));
  }

  /** Names what stays because the bridge has no IPv6. */
  private void noteAdvertised() {
    List<LinkEntry> stay = all.all().stream().filter(LinkEntry::isAdvertised).toList();
    if (!ipv6 && !stay.isEmpty()) {
      plan.note(
          "left on "
              + uplink.name()
              + ", where no more router advertisements come in: "
              + String.join(", ", stay.stream().map(LinkEntry::toString).toList())
              + "; "
              + bridge
              + " has no IPv6");
    }
  }

  /** Whether there is anything to move. */
  boolean isEmpty() {
    return moved.isEmpty();
  }

  /** Whether an address is moved, so that the bridge must have the uplink's MAC address. */
  private boolean movesAddresses() {
    return moved.stream().anyMatch(entry -> entry.kind() == LinkEntry.Kind.ADDRESS);
  }

  /**
   * Whether a move was broken off: something is on the uplink and on the bridge, or the uplink has
   * joined it with nothing but what goes there only then.
   */
  boolean isHalfDone() {
    boolean isRest =
        joined && moved.stream().noneMatch(entry -> entry.way() == LinkEntry.Way.BESIDE);
    return moved.stream().anyMatch(onBridge::contains) || (isRest && !isEmpty());
  }

  /**
   * Refuses what cannot be moved, before anything is changed.
   *
   * @param mtu of the network, in bytes; 0 if it is left as it is
   */
  void check(int mtu) {
    for (LinkEntry entry : moved) {
      String obstacle = entry.obstacle();
      int label = labelLength(entry);
      if (label > MAX_LABEL_BYTES) {
        obstacle = "its label would have " + label + " bytes there, and at most 15 are allowed";
      }
      if (obstacle != null) {
        throw refused("cannot be moved to " + bridge + " with its " + entry + ": " + obstacle);
      }
    }
    if (ipv6 && mtu != 0 && mtu < IPV6_MIN_MTU) {
      throw InvalidInputException.ofValue(
          "network.mtu",
          Integer.toString(mtu),
          "is too small for the IPv6 addresses of " + uplink.name(),
          "at least " + IPV6_MIN_MTU);
    }
  }

  private int labelLength(LinkEntry entry) {
    return entry.labelSuffixBytes() == 0
        ? 0
        : bridge.getBytes(StandardCharsets.UTF_8).length + entry.labelSuffixBytes();
  }

  private InvalidInputException refused(String problem) {
    return InvalidInputException.ofValue(
        "network.bridge_interface",
        uplink.name(),
        problem,
        "a link of which everything can be moved");
  }

  /**
   * Adds what may be on both links to the bridge.
   *
   * @param withoutIpv6 whether the bridge has no IPv6 so far
   */
  void copy(boolean withoutIpv6) {
    noteAdvertised();
    if (ipv6 && withoutIpv6) {
      enableIpv6();
    }
    boolean hasIpv6 = onBridge.stream().anyMatch(LinkEntry::needsIpv6);
    if (ipv6 && !hasIpv6 && uplink.ipv6AddressGeneration()) {
      generateAddresses(true); // before the first entry, which shows that this is done
    }
    for (LinkEntry entry : moved) {
      if (entry.way() == LinkEntry.Way.BESIDE) {
        add(entry);
      }
    }
  }

  private void add(LinkEntry entry) {
    if (!onBridge.contains(entry)) {
      plan.add(
          PlannedStep.shared(
              new EntryStep.Add(bridge, entry), new EntryStep.Delete(bridge, entry)));
    }
    if (entry.isChecked()) {
      plan.add(PlannedStep.shared(new EntryStep.Settle(bridge, entry), null));
    }
  }

  /**
   * A bridge has no IPv6 as long as it need not. It must not make an address of its own while it
   * comes to IPv6, nor take what routers say unless the uplink does.
   */
  private void enableIpv6() {
    generateAddresses(false);
    int before =
        existing.map(link -> plan.host().entries(link.index()).acceptRa()).orElse(all.acceptRa());
    if (all.acceptRa() >= 0) {
      plan.add(
          PlannedStep.shared(
              new Step.SetSysctl(bridge, LinkSysctl.ACCEPT_RA, all.acceptRa()),
              new Step.SetSysctl(bridge, LinkSysctl.ACCEPT_RA, before)));
    }
    plan.add(
        PlannedStep.shared(
            new Step.DisableIpv6(bridge, false), new Step.DisableIpv6(bridge, true)));
  }

  private void generateAddresses(boolean wanted) {
    if (generating == wanted) {
      return;
    }
    int index = existing.map(LinkState::index).orElse(0);
    LinkSettings none = LinkSettings.NONE;
    plan.add(
        PlannedStep.shared(
            new Step.ConfigureLink(bridge, index, none.withIpv6AddressGeneration(wanted)),
            new Step.ConfigureLink(bridge, index, none.withIpv6AddressGeneration(generating))));
    generating = wanted;
  }

  /**
   * Sets the bridge's MAC address, even to what it is, see {@link BridgeAddress}. The neighbours
   * that somebody has set are given back.
   */
  void keepAddress(LinkState link) {
    boolean hasOwn = !plan.host().addresses(link.index()).isEmpty();
    MacAddress kept = hasOwn && !movesAddresses() ? link.address() : uplink.address();
    boolean isKept = isHalfDone() && Objects.equals(kept, link.address());
    if (kept == null || isKept) {
      return;
    }
    List<LinkEntry> neighbours = BridgeAddress.neighbours(plan.host(), link);
    for (LinkEntry neighbour : neighbours) {
      Step add = new EntryStep.Add(bridge, neighbour); // for the way back
      plan.add(PlannedStep.shared(add, add));
    }
    LinkSettings none = LinkSettings.NONE;
    plan.add(
        PlannedStep.shared(
            new Step.ConfigureLink(bridge, link.index(), none.withAddress(kept)),
            new Step.ConfigureLink(bridge, link.index(), none.withAddress(link.address()))));
    for (LinkEntry neighbour : neighbours) {
      plan.add(PlannedStep.shared(new EntryStep.Add(bridge, neighbour), null));
    }
  }

  /**
   * Once the uplink has joined: changes over what exists once, and takes the rest off it, last of
   * all an address: where this is broken off, a link-local one shows that IPv6 was moved.
   */
  void finish() {
    for (LinkEntry entry : moved) {
      if (entry.way() == LinkEntry.Way.BESIDE_WHEN_JOINED) {
        add(entry);
      } else if (entry.way() == LinkEntry.Way.IN_PLACE) {
        plan.add(
            PlannedStep.shared(
                new EntryStep.Replace(bridge, entry), new EntryStep.Replace(uplink.name(), entry)));
      }
    }
    Optional<LinkEntry> last =
        moved.stream().filter(entry -> entry.kind() == LinkEntry.Kind.ADDRESS).findFirst();
    for (LinkEntry entry : moved.reversed()) {
      if (entry.way() != LinkEntry.Way.IN_PLACE && !last.filter(entry::equals).isPresent()) {
        takeOff(entry);
      }
    }
    last.ifPresent(this::takeOff);
  }

  private void takeOff(LinkEntry entry) {
    if (entry.isChecked()) {
      // Changes nothing: it is here for the way back, on which the address is added at once too.
      Step settle = new EntryStep.Settle(uplink.name(), entry);
      plan.add(PlannedStep.shared(settle, settle));
    }
    plan.add(
        PlannedStep.shared(
            new EntryStep.Delete(uplink.name(), entry), new EntryStep.Add(uplink.name(), entry)));
  }

  /** Takes off the bridge again what the uplink, which has not joined it, still has. */
  void takeBack() {
    for (LinkEntry entry : moved.reversed()) {
      if (onBridge.contains(entry)) {
        plan.add(
            PlannedStep.shared(
                new EntryStep.Delete(bridge, entry), new EntryStep.Add(bridge, entry)));
      }
    }
  }
}

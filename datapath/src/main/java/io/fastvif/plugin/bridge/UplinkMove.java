package io.fastvif.plugin.bridge;

import io.fastvif.plan.AddressGeneration;
import io.fastvif.plan.AddressState;
import io.fastvif.plan.Dormancy;
import io.fastvif.plan.EntryStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LinkSysctl;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.Step;
import io.fastvif.plugin.BridgeAddress;
import io.fastvif.plugin.NetworkMtu;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.net.Inet6Address;
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

  /** How somebody else's bridge is, or was before a move to it that was broken off. */
  private final Optional<FormerBridge> former;

  /** How the bridge makes its own addresses. */
  private AddressGeneration generation;

  /**
   * @param bridge the bridge's name; it may still be to be made
   */
  UplinkMove(PlanBuilder plan, LinkState uplink, String bridge) {
    HostSnapshot host = plan.host();
    this.plan = plan;
    this.uplink = uplink;
    this.bridge = bridge;
    existing = host.link(bridge).filter(link -> !link.isUnfinished());
    generation = existing.map(LinkState::addressGeneration).orElse(AddressGeneration.EUI64);
    joined = existing.isPresent() && uplink.master() == existing.get().index();
    all = host.entries(uplink.index());
    onBridge =
        all.all().isEmpty()
            ? List.of()
            : existing.map(link -> host.entries(link.index()).all()).orElse(List.of());
    former =
        existing
            .filter(link -> link.address() != null)
            .map(
                link ->
                    FormerBridge.marked(link, uplink.index())
                        .orElseGet(
                            () -> FormerBridge.now(link, host.entries(link.index()).acceptRa())));
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

  /** What is moved. */
  List<LinkEntry> moved() {
    return moved;
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
   * Whether a move was broken off: the bridge is marked, or the uplink is its port and has
   * something that the bridge has too, or nothing but what goes there only then. Where the uplink
   * is no port the mark alone tells, for others may give the two the same address.
   */
  boolean isHalfDone() {
    boolean isRest = moved.stream().noneMatch(entry -> entry.way() == LinkEntry.Way.BESIDE);
    boolean isLeft = !isEmpty() && (isRest || moved.stream().anyMatch(onBridge::contains));
    return isMarked() || (joined && isLeft);
  }

  private boolean isMarked() {
    return existing.filter(this::isMarked).isPresent();
  }

  private boolean isMarked(LinkState link) {
    return FormerBridge.uplinks(link).contains(uplink.index());
  }

  private boolean isMove() {
    return !joined || !isEmpty();
  }

  /** Marks the bridge, one that is there with how it is, unless it bears a mark already. */
  void mark() {
    if (!isMove() || isMarked()) {
      return;
    }
    if (existing.isEmpty()) {
      FormerBridge.addToNew(plan, bridge, uplink.index());
    } else {
      former.ifPresent(found -> found.add(plan, existing.get(), uplink.index()));
    }
  }

  /** Takes the mark off: the move has come to its end, or is taken back. */
  void unmark() {
    if (!isMarked() && !isMove()) {
      return;
    }
    if (existing.isEmpty()) {
      FormerBridge.deleteFromNew(plan, bridge, uplink.index());
    } else {
      former.ifPresent(found -> found.delete(plan, existing.get(), uplink.index()));
    }
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
    NetworkMtu.check(plan.host(), uplink, mtu);
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
   * Makes a bridge that has no link-local address yet dormant while the uplink joins: with the
   * carrier that the uplink brings, the kernel would give it that address, and does so only once.
   */
  void holdDormant() {
    if (isHeldDormant()) {
      setDormancy(Dormancy.DORMANT, Dormancy.NONE);
    }
  }

  /** Ends the dormancy, also that which a broken move has left. */
  void endDormancy() {
    if (isHeldDormant() || (isMarked() && existing.get().dormant())) {
      setDormancy(Dormancy.ENDED, Dormancy.DORMANT);
    }
  }

  private void setDormancy(Dormancy wanted, Dormancy undo) {
    configureBridge(LinkSettings.NONE.withDormancy(wanted), LinkSettings.NONE.withDormancy(undo));
  }

  private boolean isHeldDormant() {
    return !joined
        && existing
            .filter(link -> link.up() && !link.ipv6Disabled() && link.ipv6AddressGeneration())
            .filter(
                link ->
                    plan.host().addresses(link.index()).stream().noneMatch(UplinkMove::isLinkLocal))
            .isPresent();
  }

  private static boolean isLinkLocal(AddressState found) {
    return found.address() instanceof Inet6Address address && address.isLinkLocalAddress();
  }

  private void configureBridge(LinkSettings settings, LinkSettings undo) {
    int index = existing.map(LinkState::index).orElse(0);
    plan.add(
        PlannedStep.shared(
            new NetlinkStep.ConfigureLink(bridge, index, settings),
            new NetlinkStep.ConfigureLink(bridge, index, undo)));
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
      AddressGeneration own = former.map(FormerBridge::generation).orElse(AddressGeneration.EUI64);
      generateAddresses(
          own.makesLinkLocal()
              ? own
              : AddressGeneration.EUI64); // before the first entry, which shows that this is done
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
    generateAddresses(AddressGeneration.NONE);
    int before =
        existing.map(link -> plan.host().entries(link.index()).acceptRa()).orElse(all.acceptRa());
    if (all.acceptRa() >= 0) {
      plan.add(
          PlannedStep.shared(
              new LocalStep.SetSysctl(bridge, LinkSysctl.ACCEPT_RA, all.acceptRa()),
              new LocalStep.SetSysctl(bridge, LinkSysctl.ACCEPT_RA, before)));
    }
    plan.add(
        PlannedStep.shared(
            new LocalStep.DisableIpv6(bridge, false), new LocalStep.DisableIpv6(bridge, true)));
  }

  private void generateAddresses(AddressGeneration wanted) {
    if (generation == wanted) {
      return;
    }
    LinkSettings none = LinkSettings.NONE;
    configureBridge(none.withAddressGeneration(wanted), none.withAddressGeneration(generation));
    generation = wanted;
  }

  /**
   * Sets the bridge's MAC address, even to what it is, see {@link BridgeAddress}. The neighbours
   * that somebody has set are given back.
   */
  void keepAddress(LinkState link) {
    boolean hasOwn = !plan.host().addresses(link.index()).isEmpty();
    MacAddress kept = hasOwn && !movesAddresses() ? link.address() : uplink.address();
    boolean isKept = isHalfDone() && Objects.equals(kept, link.address());
    if (kept != null && !isKept) {
      setAddress(link, kept);
    }
  }

  private void setAddress(LinkState link, MacAddress kept) {
    List<LinkEntry> neighbours = BridgeAddress.neighbours(plan.host(), link);
    for (LinkEntry neighbour : neighbours) {
      Step add = new EntryStep.Add(bridge, neighbour); // for the way back
      plan.add(PlannedStep.shared(add, add));
    }
    LinkSettings none = LinkSettings.NONE;
    plan.add(
        PlannedStep.shared(
            new NetlinkStep.ConfigureLink(bridge, link.index(), none.withAddress(kept)),
            new NetlinkStep.ConfigureLink(bridge, link.index(), none.withAddress(link.address()))));
    for (LinkEntry neighbour : neighbours) {
      plan.add(PlannedStep.shared(new EntryStep.Add(bridge, neighbour), null));
    }
  }

  /**
   * Once the uplink has joined: changes over what exists once, and takes the rest off it, last of
   * all an address: where this is broken off, a link-local one shows that IPv6 was moved. What it
   * cannot get back as it was is left to {@link #takeOffLast}.
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
      boolean isLater = entry.isStable() || last.filter(entry::equals).isPresent();
      if (entry.way() != LinkEntry.Way.IN_PLACE && !isLater) {
        takeOff(entry);
      }
    }
    last.filter(entry -> !entry.isStable()).ifPresent(this::takeOff);
  }

  /** When nothing can be refused any more. */
  void takeOffLast() {
    moved.reversed().stream().filter(LinkEntry::isStable).forEach(this::takeOff);
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
    existing.filter(LinkState::up).ifPresent(link -> BareRoutes.add(plan, link, moved));
    existing.ifPresent(this::restore);
  }

  /** One that was made for the move has IPv6 for that alone, unless somebody uses it by now. */
  private void restoreNew(LinkState link) {
    boolean isUsed =
        plan.host().entries(link.index()).all().stream()
            .anyMatch(entry -> entry.needsIpv6() && !isKernels(entry) && !moved.contains(entry));
    if (!isUsed) {
      disableIpv6(link);
    }
  }

  private void disableIpv6(LinkState link) {
    if (!link.ipv6Disabled()) {
      plan.add(
          PlannedStep.shared(
              new LocalStep.DisableIpv6(bridge, true), new LocalStep.DisableIpv6(bridge, false)));
    }
  }

  /** Gives a bridge back what it had before a move to it. */
  private void restore(LinkState link) {
    FormerBridge had = FormerBridge.marked(link, uplink.index()).orElse(null);
    if (had == null) {
      if (isMarked()) {
        restoreNew(link);
        unmark();
      }
      return;
    }
    if (link.dormant()) {
      setDormancy(Dormancy.NONE, Dormancy.DORMANT);
    }
    int acceptRa = plan.host().entries(link.index()).acceptRa();
    if (had.acceptRa() >= 0 && acceptRa >= 0 && had.acceptRa() != acceptRa) {
      plan.add(
          PlannedStep.shared(
              new LocalStep.SetSysctl(bridge, LinkSysctl.ACCEPT_RA, had.acceptRa()),
              new LocalStep.SetSysctl(bridge, LinkSysctl.ACCEPT_RA, acceptRa)));
    }
    if (had.isIpv6Disabled()) {
      disableIpv6(link);
    }
    generateAddresses(had.generation());
    if (had.hadOtherAddress(link.address())) {
      setAddress(link, had.address());
    }
    if (!had.isUp() && link.up()) {
      plan.change(link, LinkSettings.NONE.withUp(false), true);
      DownLink.addAddresses(plan, link, moved);
    }
    unmark();
  }
}

package io.fastvif.plugin;

import io.fastvif.plan.Action;
import io.fastvif.plan.AddressGeneration;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.Step;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/** Collects one VIF's steps; what the host has already is left out. */
public final class PlanBuilder {
  /** Below this MTU a link has no IPv6, and the kernel refuses its IPv6 settings (RFC 8200). */
  private static final int IPV6_MIN_MTU = 1280;

  private static final String BRIDGE = "bridge";

  private final String vifId;
  private final String name;
  private final HostSnapshot host;
  private final List<String> devices = new ArrayList<>();
  private final List<PlannedStep> steps = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<Integer, Integer> keptMtus = new HashMap<>();
  private SharedBridge shared;

  /**
   * @param vifId the VIF's id
   * @param name the VIF's name, empty if it has none
   */
  public PlanBuilder(String vifId, String name, HostSnapshot host) {
    this.vifId = vifId;
    this.name = name;
    this.host = host;
  }

  /** The host as the plan finds it. */
  public HostSnapshot host() {
    return host;
  }

  /** Adds a step. */
  public void add(PlannedStep step) {
    steps.add(step);
  }

  /**
   * Adds a step that changes nothing itself, but is undone by {@code undo} when the plan is rolled
   * back: after all steps that come later are undone. It is not undone while other VIFs use the
   * bridge that the plan shares with them.
   *
   * @param link an existing link. The step is an empty change of it, because a step that finds its
   *     work done already is not undone
   */
  public void onTheWayBack(LinkState link, Step undo) {
    Step step = new NetlinkStep.ConfigureLink(link.name(), link.index(), LinkSettings.NONE);
    add(shared == null ? PlannedStep.own(step, undo) : PlannedStep.shared(step, undo));
  }

  /** Names a device that the plan is about. */
  public void device(String device) {
    if (!devices.contains(device)) {
      devices.add(device);
    }
  }

  /** Adds a note. */
  public void note(String note) {
    notes.add(note);
  }

  /** Names the bridge that the shared steps are about. */
  public void share(SharedBridge bridge) {
    shared = bridge;
  }

  /**
   * The name of a bridge that is given by any of its names.
   *
   * @param field where it is given, for a refusal
   * @throws InvalidInputException if it is an alternative name of a link that is no bridge, so that
   *     no bridge can have it
   */
  public String bridgeName(String field, String given) {
    Optional<LinkState> link = host.link(given).filter(found -> !found.name().equals(given));
    if (link.isEmpty()) {
      return given;
    }
    if (!link.get().kind().equals(BRIDGE)) {
      throw InvalidInputException.ofValue(
          field,
          given,
          "is an alternative name of " + link.get().name() + ", which is no bridge",
          "a bridge's name, or one that no link has");
    }
    return link.get().name();
  }

  /**
   * A bridge that VIFs share, without STP, delay, multicast snooping and IPv6, as os-vif has it;
   * one that is there is left as it is.
   */
  public void ensureBridge(String bridge) {
    ensureBridge(bridge, null);
  }

  /**
   * As {@link #ensureBridge(String)}.
   *
   * @param address the MAC address of a new one, which it then keeps whatever ports it has; null
   *     for the lowest of its ports'
   * @return whether it has no IPv6 when that is done
   */
  public boolean ensureBridge(String bridge, MacAddress address) {
    Optional<LinkState> found = host.link(bridge).filter(link -> !link.isUnfinished());
    if (found.isEmpty()) {
      add(
          PlannedStep.shared(
              new NetlinkStep.CreateBridge(bridge, OptionalInt.empty()),
              new DeleteLink(bridge, 0, 0)));
      add(PlannedStep.ofCreation(new LocalStep.DisableIpv6(bridge, true)));
      LinkSettings settings = LinkSettings.NONE.withAddress(address).withArp(1, 2).withUp(true);
      settings = settings.withAlias(Aliases.ofBridge(bridge));
      add(PlannedStep.ofCreation(new NetlinkStep.ConfigureLink(bridge, 0, settings)));
      return true;
    }
    return found.get().ipv6Disabled();
  }

  /**
   * Keeps the MAC address that a bridge has, if the host has addresses on it and a port that is
   * about to join could change it.
   *
   * @param bridge the bridge's name; it may still be to be made
   * @param port the port's MAC address; null if that is not known
   */
  public void keepBridgeAddress(String bridge, MacAddress port) {
    BridgeAddress.keepAtJoin(this, bridge, port);
  }

  /**
   * Before a link's MTU may become as low as that many bytes: has all that changes with it become
   * as it was on the way back.
   */
  public void keepMtus(LinkState link, int lowest) {
    keepMtus(link, lowest, List.of(), true);
  }

  /** The same for a link that loses entries by then, and gets them again on the way back. */
  public void keepMtus(LinkState link, int lowest, List<LinkEntry> moved) {
    keepMtus(link, lowest, moved, true);
  }

  /** The same for the port of one of many VIFs, which looks into no other namespaces. */
  void keepMtusOfPort(LinkState bridge, int lowest) {
    keepMtus(bridge, lowest, List.of(), false);
  }

  private void keepMtus(LinkState link, int lowest, List<LinkEntry> moved, boolean mayBeElsewhere) {
    if (lowest < keptMtus.getOrDefault(link.index(), Integer.MAX_VALUE)) {
      keptMtus.put(link.index(), lowest);
      FormerMtus.keep(this, link, lowest, moved, mayBeElsewhere);
    }
  }

  /** Whether a step of the plan brings the link of that index up. */
  boolean bringsUp(int index) {
    return configures(it -> it.index() == index && Boolean.TRUE.equals(it.settings().up()));
  }

  /** Whether a step of the plan sets that link's MAC address. */
  boolean setsAddress(String link) {
    return configures(it -> it.name().equals(link) && it.settings().address() != null);
  }

  private boolean configures(Predicate<NetlinkStep.ConfigureLink> wanted) {
    return hasStep(step -> step instanceof NetlinkStep.ConfigureLink link && wanted.test(link));
  }

  /**
   * The VIF's own port on the host: created unless this VIF has it, and set up so.
   *
   * @param create makes the link of the VIF's name
   * @param byCreation the MTU and address that the link has by its creation
   * @param byHand all other settings; the alias, no IPv6 address generation and up are added. With
   *     a master among them the port has no IPv6 at all: coming up with it, it would flood the
   *     whole bridge with neighbour discovery and multicast reports
   */
  public void port(Step create, LinkSettings byCreation, LinkSettings byHand) {
    port(create, byCreation, byHand, byHand.master() != null);
  }

  /** As {@link #port(Step, LinkSettings, LinkSettings)}, for a port of another switch's. */
  public void switchedPort(Step create, LinkSettings byHand) {
    port(create, LinkSettings.NONE, byHand, true);
  }

  private void port(Step create, LinkSettings byCreation, LinkSettings byHand, boolean isBridged) {
    device(name);
    Optional<LinkState> own = host.link(name).filter(link -> link.isOf(vifId));
    Integer given = either(byHand.mtu(), byCreation.mtu());
    int mtu = either(given, own.map(LinkState::mtu).orElse(NetworkMtu.DEFAULT_MTU));
    LinkSettings rest =
        byHand
            .withAlias(Aliases.of(vifId))
            .withIpv6AddressGeneration(addressGeneration(mtu))
            .withUp(true);
    LinkSettings wanted =
        rest.withMtu(given).withAddress(either(byHand.address(), byCreation.address()));
    boolean isUnfinished = own.filter(LinkState::isUnfinished).isPresent();
    if (own.isPresent() && !isUnfinished) {
      VifChecks.sameKind(own.get(), create);
      if (isBridged && mtu >= IPV6_MIN_MTU && !own.get().ipv6Disabled()) {
        add(
            PlannedStep.own(
                new LocalStep.DisableIpv6(name, true), new LocalStep.DisableIpv6(name, false)));
      }
      boolean hasIpv6 = own.get().mtu() >= IPV6_MIN_MTU;
      if (hasIpv6 && mtu < IPV6_MIN_MTU) {
        restoreIpv6OnTheWayBack(own.get());
      }
      change(own.get(), hasIpv6 ? wanted : wanted.withIpv6AddressGeneration(null), false);
      if (!hasIpv6 && mtu >= IPV6_MIN_MTU) {
        setUpIpv6Anew(own.get(), isBridged);
      }
    } else {
      if (byHand.master() != null) {
        NetworkMtu.checkJoin(host, byHand.master(), mtu);
        NetworkMtu.keepAtJoin(this, byHand.master(), mtu);
        keepBridgeAddress(byHand.master(), wanted.address());
        host.link(byHand.master())
            .filter(link -> link.kind().equals(BRIDGE) && !link.isUnfinished())
            .filter(link -> shared == null || shared.uplink() == null)
            .ifPresent(link -> OwnAddresses.keepAtJoin(this, link));
      }
      add(PlannedStep.own(create, new DeleteLink(name, 0, 0)));
      if (isBridged) {
        add(PlannedStep.own(new LocalStep.DisableIpv6(name, true), null));
      }
      // One that is half made may have been made with other settings.
      LinkSettings missing = isUnfinished ? wanted : rest;
      add(PlannedStep.own(new NetlinkStep.ConfigureLink(name, 0, missing), null));
    }
  }

  /** A link that loses IPv6 with its MTU gets it back with the MTU, but not as it was set. */
  private void restoreIpv6OnTheWayBack(LinkState link) {
    Step generation = addressGeneration(link, link.addressGeneration());
    add(PlannedStep.own(generation, generation));
    if (link.ipv6Disabled()) {
      Step disabled = new LocalStep.DisableIpv6(name, true);
      add(PlannedStep.own(disabled, disabled));
    }
  }

  /** A link gets IPv6 with its new MTU, set as by default; the way back takes it away again. */
  private void setUpIpv6Anew(LinkState link, boolean isDisabled) {
    if (isDisabled) {
      add(PlannedStep.own(new LocalStep.DisableIpv6(name, true), null));
    }
    add(PlannedStep.own(addressGeneration(link, AddressGeneration.NONE), null));
  }

  private static Step addressGeneration(LinkState link, AddressGeneration generation) {
    return new NetlinkStep.ConfigureLink(
        link.name(), link.index(), LinkSettings.NONE.withAddressGeneration(generation));
  }

  /** The guest's end of the port's veth pair, after {@link #port}: see {@link GuestEnd}. */
  public void peer(String peer) {
    boolean isHalfMade =
        host.link(peer).filter(link -> link.isOf(vifId) && link.isUnfinished()).isPresent();
    GuestEnd.raise(steps, name, peer, isHalfMade);
  }

  private static Boolean addressGeneration(int mtu) {
    return mtu < IPV6_MIN_MTU ? null : false;
  }

  private static <T> T either(T one, T other) {
    return one == null ? other : one;
  }

  /**
   * Changes those settings of a link that differ, with the way back. Where IPv6 address generation
   * is switched off too, the link comes up in a step of its own: in one request the kernel brings
   * it up (do_setlink in net/core/rtnetlink.c) before it reads IFLA_AF_SPEC, and a link with a
   * carrier would have its address by then.
   */
  public void change(LinkState link, LinkSettings wanted, boolean isShared) {
    LinkSettings before = LinkSettings.NONE;
    LinkSettings after = LinkSettings.NONE;
    if (wanted.mtu() != null && wanted.mtu() != link.mtu()) {
      before = before.withMtu(link.mtu());
      after = after.withMtu(wanted.mtu());
    }
    if (wanted.address() != null && !wanted.address().equals(link.address())) {
      before = before.withAddress(link.address());
      after = after.withAddress(wanted.address());
    }
    String master = host.link(link.master()).map(LinkState::name).orElse("");
    if (wanted.master() != null && !wanted.master().equals(master)) {
      BridgeAddress.keepAtLeave(this, link);
      keepBridgeAddress(wanted.master(), either(wanted.address(), link.address()));
      before = before.withMaster(master);
      after = after.withMaster(wanted.master());
    }
    if (wanted.promiscuous() != null && wanted.promiscuous() != link.promiscuous()) {
      before = before.withPromiscuous(link.promiscuous());
      after = after.withPromiscuous(wanted.promiscuous());
    }
    if (wanted.alias() != null && !wanted.alias().equals(link.alias())) {
      before = before.withAlias(link.alias());
      after = after.withAlias(wanted.alias());
    }
    AddressGeneration generation = wanted.addressGeneration();
    if (generation != null
        && (generation.makesLinkLocal() != link.ipv6AddressGeneration()
            || link.mtu() < IPV6_MIN_MTU)) { // it gets IPv6 anew with the MTU, as by default
      before = before.withAddressGeneration(link.addressGeneration());
      after = after.withAddressGeneration(generation);
    }
    if ((wanted.arpIgnore() != null && wanted.arpIgnore() != link.arpIgnore())
        || (wanted.arpAnnounce() != null && wanted.arpAnnounce() != link.arpAnnounce())) {
      before = before.withArp(link.arpIgnore(), link.arpAnnounce());
      after = after.withArp(wanted.arpIgnore(), wanted.arpAnnounce());
    }
    if (wanted.up() != null && wanted.up() != link.up()) {
      if (wanted.up() && after.addressGeneration() == AddressGeneration.NONE) {
        configure(link, after, before, isShared);
        before = LinkSettings.NONE;
        after = LinkSettings.NONE;
      }
      before = before.withUp(link.up());
      after = after.withUp(wanted.up());
    }
    if (!after.isEmpty()) {
      configure(link, after, before, isShared);
    }
  }

  private void configure(
      LinkState link, LinkSettings after, LinkSettings before, boolean isShared) {
    Step step = new NetlinkStep.ConfigureLink(link.name(), link.index(), after);
    Step undo = new NetlinkStep.ConfigureLink(link.name(), link.index(), before);
    add(isShared ? PlannedStep.shared(step, undo) : PlannedStep.own(step, undo));
  }

  /** Adds all that another plugin plans for the same VIF, which shares nothing with other VIFs. */
  public void append(PlugPlan more) {
    more.devices().forEach(this::device);
    steps.addAll(more.steps());
    notes.addAll(more.notes());
  }

  /** Whether a step of the plan gives a link that exists another name. */
  public boolean renames(int index) {
    return hasStep(step -> step instanceof NetlinkStep.RenameLink link && link.index() == index);
  }

  /** The plan to change a link. */
  PlugPlan change() {
    return new PlugPlan(vifId, name, Action.CHANGE, devices, shared, steps, notes);
  }

  /** The plan to plug. */
  public PlugPlan plug() {
    return new PlugPlan(vifId, name, Action.PLUG, devices, sharedAsPlanned(), steps, notes);
  }

  /** With what is on the bridge now, where the plan does anything for all. */
  private SharedBridge sharedAsPlanned() {
    if (shared == null || !PlannedStep.anyShared(steps)) {
      return shared;
    }
    int bridge = host.link(shared.bridge()).map(LinkState::index).orElse(0);
    Set<Integer> ports = new HashSet<>();
    host.ports(bridge).forEach(link -> ports.add(link.index()));
    host.uppers(bridge).stream()
        .filter(link -> link.lower() != null)
        .forEach(link -> ports.add(link.index()));
    return new SharedBridge(shared.bridge(), shared.uplink(), ports);
  }

  /**
   * The plan to unplug: deletes the links that bear the VIF's alias.
   *
   * @param preserve whether the VIF wants its devices left alone
   */
  public PlugPlan unplug(boolean preserve) {
    delete(preserve);
    return unplugged();
  }

  /**
   * Deletes the links that bear the VIF's alias, as a part of the plan to unplug.
   *
   * @param preserve whether the VIF wants its devices left alone
   */
  public void delete(boolean preserve) {
    for (LinkState link : host.linksOf(vifId)) {
      devices.add(link.name());
      if (preserve) {
        note(link.name() + " is left: preserve_on_delete is set");
      } else {
        BridgeAddress.keepAtLeave(this, link);
        add(PlannedStep.own(new DeleteLink(link.name(), link.index(), link.group()), null));
      }
    }
    if (host.link(name).filter(link -> !link.isOf(vifId)).isPresent()) {
      note(name + " is left: fastvif did not make it for this VIF");
    }
  }

  /** Deletes a link, and keeps the address of the bridge that it is on. */
  public void delete(LinkState link) {
    device(link.name());
    BridgeAddress.keepAtLeave(this, link);
    add(PlannedStep.own(new DeleteLink(link.name(), link.index(), link.group()), null));
  }

  /** Deletes the links that bear the VIF's alias and that no step takes away yet. */
  public void deleteRest() {
    for (LinkState link : host.linksOf(vifId)) {
      if (!isLeaving(link)) {
        delete(link);
      }
    }
  }

  private boolean isLeaving(LinkState link) {
    return hasStep(
        step ->
            (step instanceof DeleteLink delete && delete.index() == link.index())
                || (step instanceof NetlinkStep.RetireBridge retire
                    && retire.index() == link.index()));
  }

  /** Whether there is such a step so far. */
  public boolean hasStep(Predicate<? super Step> wanted) {
    for (PlannedStep planned : steps) {
      if (wanted.test(planned.step())) {
        return true;
      }
    }
    return false;
  }

  /** Deletes what a plug of the VIF that was cut off left half made, a bridge too. */
  public void deleteUnfinished() {
    for (LinkState link : host.linksOf(vifId)) {
      if (link.isUnfinished() && !isLeaving(link)) {
        add(PlannedStep.own(new DeleteLink(link.name(), link.index(), link.group()), null));
      }
    }
  }

  /** The plan to unplug, of nothing but the steps that were added. */
  public PlugPlan unplugged() {
    return new PlugPlan(vifId, name, Action.UNPLUG, devices, shared, steps, notes);
  }
}

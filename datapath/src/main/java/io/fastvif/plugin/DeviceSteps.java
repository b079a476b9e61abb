package io.fastvif.plugin;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.FormerDevice.FormerLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.RestoreLink;
import io.fastvif.plan.Step;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfSteps;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The steps on the PCI device that a VIF has for itself: it is leased, and how it was is kept,
 * before anything is changed of it; unplugging leaves it as it was, and then gives it back. A plan
 * that was cut off by a crash is found again by the lease, and finished by the same two plans.
 */
public final class DeviceSteps {
  private final PlanBuilder plan;
  private final String vifId;
  private final String field;
  private final PciAddress address;
  private final DeviceState state;
  private final DeviceLease lease;
  private final LinkId physical;
  private final VfSettings settings;

  private DeviceSteps(PlanBuilder plan, String vifId, String field, PciAddress address) {
    this.plan = plan;
    this.vifId = vifId;
    this.field = field;
    this.address = address;
    HostSnapshot host = plan.host();
    state = host.devices().device(address).orElse(null);
    lease = host.devices().lease(address).orElse(null);
    physical =
        host.virtualFunction(address)
            .flatMap(function -> host.sriov().physicalFunction(function.physicalFunction()))
            .map(PhysicalFunctionState::link)
            .orElse(null);
    settings = physical == null ? null : host.devices().settings(address).orElse(null);
  }

  /**
   * The device at that address, which may be gone or another VIF's.
   *
   * @param field the VIF's field with the address, for messages
   */
  public static DeviceSteps of(PlanBuilder plan, String vifId, String field, PciAddress address) {
    return new DeviceSteps(plan, vifId, field, address);
  }

  /**
   * The device as it is.
   *
   * @throws InvalidInputException if there is none at that address
   */
  public DeviceState state() {
    if (state == null) {
      throw InvalidInputException.ofValue(
          field, address.toString(), "is not a device of this host", "the PCI address of one");
    }
    return state;
  }

  /** Whether there is a device at that address. */
  public boolean exists() {
    return state != null;
  }

  /** Whether another VIF has the device. */
  public boolean isOthers() {
    return lease != null && !lease.holder().equals(vifId);
  }

  /** Whether this VIF is plugged, or was being plugged. */
  public boolean isPlugged() {
    return lease != null && !isOthers() && lease.former() != null;
  }

  /** How the device was before this VIF was plugged; empty if it is not. */
  public Optional<FormerDevice> former() {
    return isPlugged() ? Optional.of(lease.former()) : Optional.empty();
  }

  /**
   * Takes the device for the VIF in this namespace, and keeps how it is; one that it has already is
   * only noted to be this namespace's.
   *
   * @param now how it is
   * @throws InvalidInputException if another VIF has it
   */
  public void take(FormerDevice now) {
    if (isOthers()) {
      throw InvalidInputException.ofValue(
          field, address.toString(), "is leased to " + lease.holder(), "a device of its own");
    }
    String namespace = plan.host().devices().namespace();
    if (isPlugged()) {
      if (namespace != null && !namespace.equals(lease.namespace())) {
        lease(lease, lease.plugged(lease.former(), namespace));
      }
    } else {
      DeviceLease first = lease == null ? new DeviceLease(vifId, false, null) : lease;
      lease(lease, first.plugged(now, namespace));
      if (now.link() != null) {
        restore(now.link());
      }
    }
  }

  /**
   * Binds the device to a driver, unless it is. The override is set to it too, so that nothing else
   * takes the device meanwhile.
   */
  public void bind(String driver) {
    if (!driver.equals(state().driver()) || !driver.equals(state().override())) {
      bind(driver, driver);
    }
  }

  /** Binds the device to what it was bound to before, and sets of it what was set before. */
  public void restore() {
    FormerDevice former = former().orElse(null);
    if (former != null && exists()) {
      boolean isBound =
          former.boundTo() == null
              || (Objects.equals(former.driver(), state.driver())
                  && Objects.equals(former.override(), state.override()));
      if (former.settings() != null) {
        restore(former.settings());
      }
      if (!isBound) {
        bind(former.driver(), former.override());
      }
      if (former.link() != null) {
        restore(former.link());
      }
      if (former.settings() != null && settings != null && !isBound) {
        // A driver that comes to a function without an address may give it one, and igb's physical
        // function takes the
        // address that the function's own link is given back for one.
        VfSettings without = former.settings().withAddress(null);
        VfSteps.of(physical, without, former.settings(), true).forEach(plan::add);
      }
    }
  }

  private void restore(FormerLink link) {
    Step step = new RestoreLink(address, link);
    plan.add(PlannedStep.own(step, step));
  }

  /** The device's own link as it is; null if it has none, or several, in this namespace. */
  public FormerLink link() {
    HostSnapshot host = plan.host();
    Optional<VirtualFunctionState> function = host.virtualFunction(address);
    List<LinkState> links =
        function.isPresent()
            ? Optional.ofNullable(function.get().link()).stream()
                .flatMap(link -> host.link(link.index()).stream())
                .toList()
            : host.links().stream().filter(link -> address.equals(link.device())).toList();
    return links.size() == 1 ? FormerLink.of(links.getFirst()) : null;
  }

  /** Before its driver comes back, which reads its address. */
  private void restore(VfSettings former) {
    if (settings == null) {
      plan.note("the settings of " + address + " are left: its physical function has no link here");
      return;
    }
    VfSteps.of(physical, settings, former, true).forEach(plan::add);
  }

  /** The link of the physical function, if the device is a virtual one and that is here. */
  public Optional<LinkId> physicalLink() {
    return Optional.ofNullable(physical);
  }

  /** What the physical function has set of the device, as far as that is known. */
  public Optional<VfSettings> settings() {
    return Optional.ofNullable(settings);
  }

  private void bind(String driver, String override) {
    plan.add(
        PlannedStep.own(
            new DeviceStep.BindDriver(address, driver, override),
            new DeviceStep.BindDriver(address, state.driver(), state.override())));
  }

  /** Gives the device back, or leaves it leased if it was before it was plugged. */
  public void giveBack() {
    if (isPlugged()) {
      lease(lease, lease.unplugged());
      setPhysicalDown();
    } else if (isOthers()) {
      plan.note(address + " is left: it is leased to " + lease.holder());
    }
  }

  /** A physical function that was brought up for macvtaps stayed up for this one, see there. */
  private void setPhysicalDown() {
    Optional.ofNullable(physical)
        .flatMap(link -> plan.host().link(link.index()))
        .filter(link -> link.alias().equals(Aliases.BROUGHT_UP))
        .ifPresent(
            link ->
                plan.add(
                    PlannedStep.own(
                        new MacvtapStep.SetDownIfUnused(link.name(), link.index(), true, List.of()),
                        null)));
  }

  private void lease(DeviceLease from, DeviceLease to) {
    plan.add(
        PlannedStep.own(
            new DeviceStep.LeaseDevice(address, from, to),
            new DeviceStep.LeaseDevice(address, to, from)));
  }
}

package io.fastvif.switchdev;

import io.fastvif.lease.VfUse;
import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.Eswitch;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.EswitchSettings;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Changes the mode of a card's switch. Nobody may be using a virtual function then: the
 * representors go, or come, and some drivers make the functions anew.
 *
 * <p>Equivalent to {@code devlink dev eswitch set DEVICE mode MODE}, where wanted between {@code
 * echo 0 > .../sriov_numvfs} and {@code echo N > .../sriov_numvfs}.
 */
public final class EswitchChange {
  private EswitchChange() {}

  /**
   * Plans the change, for an engine.
   *
   * @param host with the PCI devices, see {@link HostSnapshot#withDevices}
   * @param now the switch as it is
   * @param wanted what it shall be
   * @param force whether to change it although virtual functions are in use
   * @param recreateVfs whether to take the virtual functions away before and make as many after,
   *     with a driver's defaults: some drivers want that
   * @throws InvalidInputException if virtual functions are in use; it says which and why
   */
  public static PlugPlan plan(
      HostSnapshot host,
      RepresentorIndex index,
      Eswitch now,
      EswitchSettings wanted,
      boolean force,
      boolean recreateVfs) {
    String device = now.device().toString();
    EswitchSettings before = EswitchSetter.settings(Optional.of(now));
    List<PlannedStep> steps = new ArrayList<>();
    boolean modeChanges = wanted.mode() != null && wanted.mode() != before.mode();
    if (!isAs(before, wanted)) {
      List<String> uses = modeChanges ? uses(host, index, now.device()) : List.of();
      if (!uses.isEmpty() && !force) {
        throw InvalidInputException.ofValue(
            "DEVICE",
            device,
            "has virtual functions in use: " + String.join("; ", uses),
            "none in use, or to be told to do it all the same (--force)");
      }
      EswitchSettings back =
          new EswitchSettings(
              modeChanges ? before.mode() : null,
              wanted.inlineMode() == null ? null : before.inlineMode(),
              wanted.encapMode() == null ? null : before.encapMode());
      boolean recreate = recreateVfs && modeChanges;
      steps.add(
          PlannedStep.own(
              new DeviceStep.SetEswitch(device, wanted, recreate),
              new DeviceStep.SetEswitch(device, back, recreate)));
    }
    return new PlugPlan(
        "eswitch " + device, device, Action.CHANGE, List.of(device), null, steps, List.of());
  }

  private static boolean isAs(EswitchSettings now, EswitchSettings wanted) {
    return (wanted.mode() == null || wanted.mode() == now.mode())
        && (wanted.inlineMode() == null || wanted.inlineMode().equals(now.inlineMode()))
        && (wanted.encapMode() == null || wanted.encapMode().equals(now.encapMode()));
  }

  /** Who uses functions of a device, in words. */
  private static List<String> uses(
      HostSnapshot host, RepresentorIndex index, DevlinkHandle device) {
    List<String> uses = new ArrayList<>();
    if (device.isPci()) {
      host.sriov().virtualFunctions(PciAddress.parse(device.device())).stream()
          .map(function -> VfUse.of(host, function))
          .filter(use -> !use.isFree())
          .forEach(use -> uses.add(words(use)));
    } else {
      for (Representor one : index.all()) {
        boolean isFunction = one.kind() == PortKind.VF || one.kind() == PortKind.SF;
        Optional<LinkState> link = host.link(one.link().index());
        if (isFunction
            && device.equals(one.device())
            && link.isPresent()
            && link.get().master() != 0) {
          uses.add(
              one.kind()
                  + " "
                  + one.number()
                  + ": its representor "
                  + one.link()
                  + " has a master");
        }
      }
    }
    return uses;
  }

  private static String words(VfUse use) {
    return "VF " + use.function().number() + " (" + use.function().address() + "): " + use.reason();
  }

  /**
   * Waits until each virtual function of a physical one has its representor, or in legacy mode none
   * has: a driver may make links after it has answered.
   *
   * @param limit the longest wait
   * @return the representors that there are then, by the functions' numbers
   */
  public static List<Representor> await(
      SwitchdevMonitor monitor, DevlinkHandle device, EswitchMode mode, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      RepresentorIndex index = monitor.index();
      List<Representor> found =
          index.all().stream()
              .filter(one -> one.kind() == PortKind.VF && device.equals(one.device()))
              .toList();
      int expected = mode == EswitchMode.SWITCHDEV ? monitor.vfCount(device) : 0;
      long left = deadline - System.nanoTime();
      if (found.size() == expected || expected < 0 || left <= 0) {
        return found;
      }
      monitor.awaitLinks((int) Math.min(Integer.MAX_VALUE, 1 + left / 1_000_000));
    }
  }
}

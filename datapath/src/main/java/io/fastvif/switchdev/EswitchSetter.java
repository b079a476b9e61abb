package io.fastvif.switchdev;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.DevlinkSocket;
import io.fastvif.netlink.generic.devlink.Eswitch;
import io.fastvif.pci.SriovFunctions;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.EswitchSettings;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** Carries out the changes of a card's switch, in the namespace of the calling thread. */
final class EswitchSetter {
  private EswitchSetter() {}

  /**
   * Does the step.
   *
   * @return false if there was nothing to do
   * @throws IOException if the kernel or the driver refuses; the virtual functions are there again
   *     then
   */
  static boolean perform(DeviceStep.SetEswitch step, SriovFunctions functions) throws IOException {
    DevlinkHandle device = DevlinkHandle.parse(step.device());
    try (DevlinkSocket devlink = DevlinkSocket.open().orElseThrow(() -> noDevlink(device))) {
      Eswitch now = devlink.eswitch(device).orElseThrow(() -> noEswitch(device));
      Eswitch missing = missing(now, step.settings());
      if (missing.mode() == null && missing.inlineMode() == null && missing.encapMode() == null) {
        return false;
      }
      if (step.recreateVfs() && device.isPci()) {
        setWithoutVfs(devlink, missing, functions);
      } else {
        devlink.setEswitch(missing);
      }
      return true;
    } catch (NetlinkException refused) {
      throw new FastvifIOException(refused.getMessage(), refused);
    }
  }

  private static void setWithoutVfs(DevlinkSocket devlink, Eswitch wanted, SriovFunctions functions)
      throws IOException {
    PciAddress pf = PciAddress.parse(wanted.device().device());
    int count = functions.vfCount(pf).orElse(0);
    if (count > 0) {
      functions.setVfCount(pf, 0);
    }
    try {
      devlink.setEswitch(wanted);
    } catch (RuntimeException refused) {
      try {
        restoreVfs(functions, pf, count);
      } catch (IOException alsoRefused) {
        refused.addSuppressed(alsoRefused);
      }
      throw refused;
    }
    restoreVfs(functions, pf, count);
  }

  private static void restoreVfs(SriovFunctions functions, PciAddress pf, int count)
      throws IOException {
    if (count > 0) {
      functions.setVfCount(pf, count);
    }
  }

  /** What is not as it is wanted. */
  private static Eswitch missing(Eswitch now, EswitchSettings wanted) {
    Eswitch.Mode mode = mode(wanted.mode());
    Eswitch.InlineMode inline =
        wanted.inlineMode() == null
            ? null
            : Eswitch.InlineMode.valueOf(wanted.inlineMode().toUpperCase(Locale.ROOT));
    Eswitch.EncapMode encap =
        wanted.encapMode() == null
            ? null
            : Eswitch.EncapMode.valueOf(wanted.encapMode().toUpperCase(Locale.ROOT));
    return new Eswitch(
        now.device(),
        mode == now.mode() ? null : mode,
        inline == now.inlineMode() ? null : inline,
        encap == now.encapMode() ? null : encap);
  }

  private static Eswitch.Mode mode(EswitchMode mode) {
    if (mode == null) {
      return null;
    }
    return mode == EswitchMode.SWITCHDEV ? Eswitch.Mode.SWITCHDEV : Eswitch.Mode.LEGACY;
  }

  private static NetlinkException noDevlink(DevlinkHandle device) {
    return refusal(device, "the kernel has no devlink");
  }

  private static NetlinkException noEswitch(DevlinkHandle device) {
    return refusal(device, "there is no such device, or its driver knows of no switch");
  }

  private static NetlinkException refusal(DevlinkHandle device, String reason) {
    return new NetlinkException("devlink dev eswitch set " + device, Errno.EOPNOTSUPP, reason, -1);
  }

  /** What the switch has now, as planning takes it; null components are unknown. */
  static EswitchSettings settings(Optional<Eswitch> now) {
    Eswitch.Mode mode = now.map(Eswitch::mode).orElse(null);
    return new EswitchSettings(
        mode == null
            ? null
            : mode == Eswitch.Mode.SWITCHDEV ? EswitchMode.SWITCHDEV : EswitchMode.LEGACY,
        now.map(Eswitch::inlineMode).map(Object::toString).orElse(null),
        now.map(Eswitch::encapMode).map(Object::toString).orElse(null));
  }
}

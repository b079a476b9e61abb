package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Gives the host's link back that an attachment has, if it has one. Equivalent to {@code ip -n POD
 * link set IFNAME netns HOST name NAME} and {@code ip link set NAME address MAC mtu MTU group GROUP
 * alias ALIAS up}.
 *
 * @param pods where the pod may be; null if that has to be found out
 */
record ReturnDevice(PodDevices devices, String vifId, List<Path> pods) implements PluginStep {
  /** Copies the list. */
  ReturnDevice {
    pods = pods == null ? null : List.copyOf(pods);
  }

  @Override
  public boolean perform() throws IOException {
    return DeviceReturn.run(devices, vifId, pods);
  }

  /** Nothing: what is given back is not taken again for a pod that is to end. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "give the device of " + vifId + " back";
  }
}

package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.List;

/**
 * Masquerades a pod, and checks the source of its frames, as far as its network wants that.
 *
 * @param masqueraded the pod's addresses that are masqueraded; none to leave it
 * @param port the host's end whose frames are checked; null to leave it
 * @param mac the only source that they may have
 */
record EnsureRules(String vifId, List<Cidr> masqueraded, String port, MacAddress mac)
    implements PluginStep {
  /** Copies the list. */
  EnsureRules {
    masqueraded = List.copyOf(masqueraded);
  }

  /** How many rules that are. */
  int count() {
    return masqueraded.size() + (port == null ? 0 : 1);
  }

  @Override
  public boolean perform() throws IOException {
    PodRules.remove(vifId::equals); // of an attachment that was broken off
    try {
      for (Cidr address : masqueraded) {
        PodRules.masquerade(vifId, address);
      }
      if (port != null) {
        PodRules.checkSource(vifId, port, mac);
      }
    } catch (IOException | RuntimeException failed) {
      PodRules.remove(vifId::equals);
      throw failed;
    }
    return true;
  }

  @Override
  public boolean undo() throws IOException {
    return PodRules.remove(vifId::equals);
  }

  @Override
  public String toString() {
    return "add rules:"
        + (masqueraded.isEmpty() ? "" : " masquerade " + masqueraded)
        + (port == null ? "" : " check that " + port + " sends from " + mac);
  }
}

package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Masquerades a pod, and checks the source of its frames, as far as its network wants that; in the
 * place of rules of an attachment that was broken off.
 *
 * @param masqueraded the pod's addresses that are masqueraded; none to leave it
 * @param port the host's end whose frames are checked; null to leave it
 * @param mac the only source that they may have
 */
record EnsureRules(
    PodRules rules, String vifId, List<Cidr> masqueraded, String port, MacAddress mac)
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
    List<PodRule> wanted = new ArrayList<>();
    masqueraded.forEach(address -> wanted.add(PodRule.masquerade(address)));
    if (port != null) {
      wanted.add(PodRule.sourceCheck(port, mac));
    }
    try {
      rules.replace(vifId, wanted);
    } catch (IOException failed) {
      rules.replace(vifId, List.of());
      throw failed;
    }
    return true;
  }

  @Override
  public boolean undo() throws IOException {
    return rules.replace(vifId, List.of());
  }

  @Override
  public String toString() {
    return "add rules:"
        + (masqueraded.isEmpty() ? "" : " masquerade " + masqueraded)
        + (port == null ? "" : " check that " + port + " sends from " + mac);
  }
}

package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.nio.file.Path;
import java.util.List;

/**
 * Deletes the links of an attachment that are in its pod's namespace alone. Equivalent to {@code ip
 * -n POD link delete NAME}; that there is none is no error.
 *
 * @param namespaces where they may be; null if that has to be found out
 */
record RemovePodLinks(String vifId, List<Path> namespaces) implements PluginStep {
  /** Copies the list. */
  RemovePodLinks {
    namespaces = namespaces == null ? null : List.copyOf(namespaces);
  }

  @Override
  public boolean perform() {
    return PodLinks.remove(vifId, namespaces);
  }

  /** Nothing: it is done last. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "delete links of " + vifId + " in " + (namespaces == null ? "its pod" : namespaces);
  }
}

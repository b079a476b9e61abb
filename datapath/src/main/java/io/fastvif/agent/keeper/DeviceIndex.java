package io.fastvif.agent.keeper;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds declared VIFs by the names of their devices, and of their bridges. Keeper's thread's. */
final class DeviceIndex {
  private final Map<String, KeptEntry> byDevice = new HashMap<>();
  private final Map<String, Set<KeptEntry>> byBridge = new HashMap<>();

  /** A VIF has other devices than before. */
  void devices(KeptEntry vif, List<String> before, List<String> now) {
    before.forEach(name -> byDevice.remove(name, vif));
    now.forEach(name -> byDevice.put(name, vif));
  }

  /** A VIF is on another bridge than before; empty for none. */
  void bridge(KeptEntry vif, String before, String now) {
    if (before.equals(now)) {
      return;
    }
    Set<KeptEntry> left = byBridge.get(before);
    if (left != null && left.remove(vif) && left.isEmpty()) {
      byBridge.remove(before);
    }
    if (!now.isEmpty()) {
      byBridge.computeIfAbsent(now, name -> new LinkedHashSet<>()).add(vif);
    }
  }

  /** The VIF that has a device of that name; null for none. */
  KeptEntry ofDevice(String name) {
    return byDevice.get(name);
  }

  /** The VIFs on the bridge of that name. */
  Collection<KeptEntry> onBridge(String name) {
    return byBridge.getOrDefault(name, Set.of());
  }

  /** All VIFs that are on a bridge, by bridge. */
  Collection<Set<KeptEntry>> bridges() {
    return byBridge.values();
  }
}

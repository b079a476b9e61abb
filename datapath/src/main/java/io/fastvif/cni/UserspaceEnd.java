package io.fastvif.cni;

import io.fastvif.vif.VhostUserMode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One end of a vhost-user interface, {@code host} or {@code container}, by the keys of the plugin
 * userspace.
 *
 * @param engine what switches the frames; empty for the default
 * @param type the sort of interface; empty for the default
 * @param netType how it is joined to the network; empty for the default
 * @param mode whether it makes the socket ({@code SERVER}) or connects to it; null for the default
 * @param socketFile the socket's name; empty for the default
 * @param group whose the socket is, by name or number; empty for nobody's in particular
 * @param bridge the bridge's name; empty for none
 * @param uplink the link of the host that takes the bridge's place; empty for none
 * @param antiSpoofing what a port's frames may come from there; empty for the default
 */
record UserspaceEnd(
    String engine,
    String type,
    String netType,
    VhostUserMode mode,
    String socketFile,
    String group,
    String bridge,
    String uplink,
    String antiSpoofing) {
  private static final String VHOST = "vhost";
  private static final String BRIDGE = "bridge";
  private static final String BRIDGE_NAME = "bridgeName";
  private static final int MAX_NAME = 80;

  static UserspaceEnd read(ConfigObject end) {
    String type = end.text("iftype");
    if (!type.isEmpty() && !type.equals("vhostuser")) {
      throw CniException.ofKey(end.place("iftype"), type, "vhostuser");
    }
    end.refuse("memif");
    ConfigObject vhost = end.object(VHOST).orElse(new ConfigObject(VHOST, Map.of()));
    ConfigObject bridge = end.object(BRIDGE).orElse(new ConfigObject(BRIDGE, Map.of()));
    bridge.refuse("bridgeId", "vlanId");
    UserspaceEnd read =
        new UserspaceEnd(
            end.text("engine"),
            type,
            end.text("netType"),
            mode(vhost),
            socketFile(vhost),
            vhost.text("group"),
            bridge.text(BRIDGE_NAME),
            end.text("uplink"),
            end.text("antiSpoofing"));
    vhost.requireNoOthers();
    bridge.requireNoOthers();
    end.requireNoOthers();
    return read;
  }

  private static VhostUserMode mode(ConfigObject vhost) {
    String mode = vhost.text("mode");
    return switch (mode) {
      case "" -> null;
      case "client" -> VhostUserMode.CLIENT;
      case "server" -> VhostUserMode.SERVER;
      default -> throw CniException.ofKey(vhost.place("mode"), mode, "client or server");
    };
  }

  private static String socketFile(ConfigObject vhost) {
    String name = vhost.text("socketfile");
    boolean isWrong =
        name.indexOf('/') >= 0
            || name.startsWith(".")
            || name.length() > MAX_NAME
            || name.chars().anyMatch(c -> c <= ' ' || c >= 0x7f);
    if (isWrong) {
      throw CniException.ofKey(
          vhost.place("socketfile"), name, "a file's name without a path, not hidden");
    }
    return name;
  }

  /** What the pod is told of its end. */
  Map<String, Object> told(VhostUserMode podMode, String socket) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("iftype", "vhostuser");
    put(told, "engine", engine);
    put(told, "netType", netType);
    Map<String, Object> vhost = new LinkedHashMap<>();
    vhost.put("mode", podMode.toString());
    put(vhost, "group", group);
    vhost.put("socketfile", socket);
    told.put(VHOST, vhost);
    if (!bridge.isEmpty()) {
      told.put(BRIDGE, Map.of(BRIDGE_NAME, bridge));
    }
    return told;
  }

  private static void put(Map<String, Object> json, String key, String text) {
    if (!text.isEmpty()) {
      json.put(key, text);
    }
  }
}

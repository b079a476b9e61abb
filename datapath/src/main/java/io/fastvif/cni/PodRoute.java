package io.fastvif.cni;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A route in a pod.
 *
 * @param destination its network
 * @param gateway null for the gateway of the pod's address of that family, if there is one
 * @param priority the metric; 0 for the kernel's
 * @param table 0 for the main one
 * @param scope -1 for the usual one
 */
record PodRoute(Cidr destination, InetAddress gateway, int priority, int table, int scope) {
  private static final int MAX_SCOPE = 255;

  PodRoute(Cidr destination, InetAddress gateway) {
    this(destination, gateway, 0, 0, -1);
  }

  /** Reads a route of a configuration or a result. */
  static PodRoute read(ConfigObject object) {
    String text = object.text("gw");
    PodRoute route =
        new PodRoute(
            Cidr.parse(object.place("dst"), object.text("dst")).network(),
            text.isEmpty() ? null : Cidr.address(object.place("gw"), text),
            object.number("priority", 0, 0, Integer.MAX_VALUE),
            object.number("table", 0, 0, Integer.MAX_VALUE),
            object.number("scope", -1, 0, MAX_SCOPE));
    object.refuse("mtu", "advmss");
    object.requireNoOthers();
    if (route.gateway != null && (route.gateway.getAddress().length * 8 != route.bits())) {
      throw CniException.ofKey(object.place("gw"), text, "an address of the destination's family");
    }
    return route;
  }

  private int bits() {
    return destination.bits();
  }

  boolean isDefault() {
    return destination.length() == 0;
  }

  /** As a result says it. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("dst", destination.toString());
    if (gateway != null) {
      json.put("gw", Cidr.text(gateway));
    }
    if (priority != 0) {
      json.put("priority", priority);
    }
    if (table != 0) {
      json.put("table", table);
    }
    if (scope >= 0) {
      json.put("scope", scope);
    }
    return json;
  }
}

package io.fastvif.plan;

import java.util.Map;

/**
 * One change of Open vSwitch's database. It names what is to be, not what is to be done: where that
 * is so already, nothing is done. {@code toString()} says it in the words of the equivalent {@code
 * ovs-vsctl} command.
 */
public sealed interface OvsChange {

  /**
   * Creates a bridge with its local port unless there is one, and gives it a datapath type.
   * Equivalent to {@code ovs-vsctl --may-exist add-br NAME -- set Bridge NAME datapath_type=TYPE}.
   */
  record EnsureBridge(String name, String datapathType) implements OvsChange {
    @Override
    public String toString() {
      return "--may-exist add-br " + name + " datapath_type=" + datapathType;
    }
  }

  /**
   * Adds a port to a bridge, or gives an existing one what it lacks. A port of that name on another
   * bridge makes it fail. Equivalent to {@code ovs-vsctl --may-exist add-port BRIDGE NAME -- set
   * Interface NAME ...}.
   */
  record AddPort(String bridge, OvsPort port) implements OvsChange {
    @Override
    public String toString() {
      return "--may-exist add-port " + bridge + " " + port;
    }
  }

  /**
   * Removes a port from a bridge, and the QoS row that was made for it. A port of that name on
   * another bridge, or with another iface-id, is left. Equivalent to {@code ovs-vsctl --if-exists
   * del-port BRIDGE NAME}.
   *
   * @param interfaceId the iface-id that the port's interface has, if it has one; empty for any
   * @param qosIds the external_ids of the QoS row; empty for none
   */
  record DeletePort(String bridge, String name, String interfaceId, Map<String, String> qosIds)
      implements OvsChange {
    /** Copies the map. */
    public DeletePort {
      qosIds = Map.copyOf(qosIds);
    }

    @Override
    public String toString() {
      return "--if-exists del-port " + bridge + " " + name;
    }
  }

  /**
   * Removes a bridge with all its ports. Equivalent to {@code ovs-vsctl --if-exists del-br NAME}.
   *
   * @param onlyIfEmpty whether it is left while it has any port but its own
   */
  record DeleteBridge(String name, boolean onlyIfEmpty) implements OvsChange {
    @Override
    public String toString() {
      return "--if-exists del-br " + name + (onlyIfEmpty ? " (if it has no port left)" : "");
    }
  }
}

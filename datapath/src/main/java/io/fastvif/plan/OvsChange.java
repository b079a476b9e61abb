package io.fastvif.plan;

import java.util.UUID;

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
   *
   * @param takenOver the iface-id of another VIF's port that is taken over, as os-vif does, because
   *     the plan was made in knowledge of it; empty for none; null for any
   */
  record AddPort(String bridge, OvsPort port, String takenOver) implements OvsChange {
    /** Takes any port over. */
    public AddPort(String bridge, OvsPort port) {
      this(bridge, port, null);
    }

    @Override
    public String toString() {
      return "--may-exist add-port " + bridge + " " + port;
    }
  }

  /**
   * Gives an interface back what {@link AddPort} has replaced.
   *
   * @param former the interface as it was
   * @param given what was set
   */
  record RestoreInterface(OvsSnapshot.InterfaceRow former, OvsPort given) implements OvsChange {
    @Override
    public String toString() {
      return "set Interface " + former.name() + " as it was";
    }
  }

  /**
   * Removes a port from a bridge, and the QoS row that was made for it. A port of that name on
   * another bridge, with another iface-id, or with the mark of another VIF, is left. Equivalent to
   * {@code ovs-vsctl --if-exists del-port BRIDGE NAME}.
   *
   * @param interfaceId the iface-id that the port's interface has, if it has one; empty for any
   * @param vifId the VIF whose mark ({@link OvsMarks}) the interface bears, if it bears one; empty
   *     for any
   * @param kept the row of a port that is left, because it was there before; null for none
   */
  record DeletePort(String bridge, String name, String interfaceId, String vifId, UUID kept)
      implements OvsChange {
    /** Removes it whichever row it has. */
    public DeletePort(String bridge, String name, String interfaceId, String vifId) {
      this(bridge, name, interfaceId, vifId, null);
    }

    @Override
    public String toString() {
      return "--if-exists del-port " + bridge + " " + name;
    }
  }

  /**
   * Removes the ports of a bridge whose interfaces have that iface-id, whatever their names.
   *
   * @param interfaceId not empty
   * @param vifId as of {@link DeletePort}
   */
  record DeletePortsOf(String bridge, String interfaceId, String vifId) implements OvsChange {
    @Override
    public String toString() {
      return "--if-exists del-port " + bridge + " of iface-id " + interfaceId;
    }
  }

  /**
   * Removes a bridge that the plan has made, unless somebody else uses it by now: another port, a
   * setting that fastvif gives no bridge, such as a controller or external_ids, or something on its
   * link, such as an address. A bridge that is left is told of in a note.
   */
  record TakeBackBridge(String name) implements OvsChange {
    @Override
    public String toString() {
      return "--if-exists del-br " + name + " (if nobody else uses it)";
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

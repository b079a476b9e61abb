package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;

/** Parameters of a port for its switch: libvirt's {@code <virtualport>}. */
public sealed interface VirtualPort {
  /** The value of the element's {@code type}. */
  String type();

  /**
   * A port of Open vSwitch.
   *
   * @param interfaceId its iface-id, a UUID; null lets libvirt make one up
   * @param profileId the port profile's name, at most 39 bytes; null for none
   */
  record OpenVSwitch(String interfaceId, String profileId) implements VirtualPort {
    /**
     * Checks the values.
     *
     * @throws InvalidInputException if libvirt would refuse one
     */
    public OpenVSwitch {
      LibvirtValues.uuid("interface_id", interfaceId);
      LibvirtValues.profileId("profile_id", profileId);
    }

    @Override
    public String type() {
      return "openvswitch";
    }
  }

  /**
   * A port of a switch outside, by IEEE 802.1Qbg (VEPA).
   *
   * @param managerId the VSI manager, 8 bits
   * @param typeId the VSI type, 24 bits
   * @param typeIdVersion the VSI type's version, 8 bits
   * @param instanceId the VSI instance, a UUID; null lets libvirt make one up
   */
  record Qbg(int managerId, int typeId, int typeIdVersion, String instanceId)
      implements VirtualPort {
    /**
     * Checks the values.
     *
     * @throws InvalidInputException if libvirt would refuse one
     */
    public Qbg {
      LibvirtValues.range("manager_id", managerId, NumberRange.VSI_MANAGER);
      LibvirtValues.range("type_id", typeId, NumberRange.VSI_TYPE);
      LibvirtValues.range("type_id_version", typeIdVersion, NumberRange.VSI_TYPE_VERSION);
      LibvirtValues.uuid("instance_id", instanceId);
    }

    @Override
    public String type() {
      return "802.1Qbg";
    }
  }

  /**
   * A port of a port extender, by IEEE 802.1Qbh.
   *
   * @param profileId the port profile's name, at most 39 bytes
   */
  record Qbh(String profileId) implements VirtualPort {
    /**
     * Checks the name.
     *
     * @throws InvalidInputException if it is too long
     */
    public Qbh {
      LibvirtValues.profileId("profile_id", profileId);
    }

    @Override
    public String type() {
      return "802.1Qbh";
    }
  }

  /**
   * A port of MidoNet.
   *
   * @param interfaceId the port, a UUID
   */
  record Midonet(String interfaceId) implements VirtualPort {
    /**
     * Checks the port.
     *
     * @throws InvalidInputException if it is not a UUID
     */
    public Midonet {
      LibvirtValues.uuid("interface_id", interfaceId);
    }

    @Override
    public String type() {
      return "midonet";
    }
  }
}

package io.fastvif.plugin.direct;

import io.fastvif.plan.LinkId;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PortAssociation;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plan.WaitingStep;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.vif.Field;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.Vif;
import java.util.UUID;

/**
 * How ports on switches outside are associated.
 *
 * @param preassociate whether the switch is only to make ready
 * @param timeoutSeconds how long to wait for the switch's answer
 * @param host this host's UUID; null for what the host says that it is
 * @param lldpadPidFile where lldpad says which process it is
 */
record SwitchPort(boolean preassociate, int timeoutSeconds, UUID host, String lldpadPidFile) {
  private static final int DEFAULT_SECONDS = 30;
  private static final int MAX_SECONDS = 3600;
  private static final int PROFILE_BYTES = 39;
  private static final int SELF = -1;

  /** The values of the option {@code association}. */
  private enum Association {
    /** Fully. */
    ASSOCIATE,
    /** What the switch needs is reserved, for a guest that is still running elsewhere. */
    PREASSOCIATE
  }

  static SwitchPort of(PluginOptions options) {
    String host = options.text("host_uuid", "");
    return new SwitchPort(
        options.choice("association", Association.ASSOCIATE) == Association.PREASSOCIATE,
        options.number("association_timeout", 1, MAX_SECONDS).orElse(DEFAULT_SECONDS),
        host.isEmpty() ? null : uuid("host_uuid", host),
        options.text("lldpad_pid_file", "/var/run/lldpad.pid"));
  }

  PlannedStep associate(PortAssociation port) {
    return PlannedStep.own(
        new WaitingStep.AssociatePort(port, preassociate, timeoutSeconds),
        new WaitingStep.DisassociatePort(port, timeoutSeconds));
  }

  PlannedStep disassociate(PortAssociation port) {
    return PlannedStep.own(
        new WaitingStep.DisassociatePort(port, timeoutSeconds),
        new WaitingStep.AssociatePort(port, preassociate, timeoutSeconds));
  }

  /**
   * The VIF's port.
   *
   * @param instance the guest; null where it is not known, as when the port is given up
   * @return null if the VIF has no profile
   * @throws InvalidInputException if the profile is another, or lacks something
   */
  PortAssociation port(Vif vif, InstanceInfo instance, SourceDevice source, boolean plugs) {
    PortProfile profile = vif.portProfile().orElse(null);
    return switch (profile) {
      case null -> null;
      case PortProfile8021Qbg qbg -> vsi(qbg, vif, source);
      case PortProfile8021Qbh qbh -> profile(qbh, instance, source, plugs);
      default ->
          throw InvalidInputException.ofValue(
              "port_profile",
              profile.objectName(),
              "is not taken by the plugin " + DirectPlugin.NAME,
              PortProfile8021Qbg.OBJECT_NAME + ", " + PortProfile8021Qbh.OBJECT_NAME + " or none");
    };
  }

  private PortAssociation vsi(PortProfile8021Qbg profile, Vif vif, SourceDevice source) {
    MacAddress mac = vif.address().require("address");
    return new PortAssociation.Vsi(
        source.link().name(),
        source.link().index(),
        range(NumberRange.VSI_MANAGER, "manager_id", profile.managerId()),
        range(NumberRange.VSI_TYPE, "type_id", profile.typeId()),
        range(NumberRange.VSI_TYPE_VERSION, "type_id_version", profile.typeIdVersion()),
        uuid("port_profile.instance_id", profile.instanceId().require("port_profile.instance_id")),
        mac,
        source.vlanId(),
        lldpadPidFile);
  }

  /** Of a virtual function, its physical function's driver is asked. */
  private PortAssociation profile(
      PortProfile8021Qbh profile, InstanceInfo instance, SourceDevice source, boolean plugs) {
    String name = profile.profileId().require("port_profile.profile_id");
    if (name.isEmpty() || name.length() > PROFILE_BYTES || !name.chars().allMatch(c -> c < 0x80)) {
      throw InvalidInputException.ofValue(
          "port_profile.profile_id", name, "is not a port profile", "1 to 39 ASCII characters");
    }
    if (plugs && instance == null) {
      throw InvalidInputException.of(
          "instance", "is not given", "the instance that a VIF with 802.1Qbh profile is for");
    }
    UUID guest =
        instance == null ? null : uuid("instance.uuid", instance.uuid().require("instance.uuid"));
    VirtualFunctionState function = source.function();
    if (function == null) {
      return new PortAssociation.Profile(
          source.link().name(), source.link().index(), SELF, name, guest, host);
    }
    LinkId device = source.physicalFunction();
    if (device == null) {
      throw InvalidInputException.ofValue(
          "dev_address",
          function.address().toString(),
          "is of a physical function without a link in this namespace",
          "one with a link, whose driver gives ports their profiles");
    }
    return new PortAssociation.Profile(
        device.name(), device.index(), function.number(), name, guest, host);
  }

  private static int range(NumberRange range, String field, Field<Integer> value) {
    String path = "port_profile." + field;
    return range.check(path, value.require(path));
  }

  private static UUID uuid(String path, String text) {
    try {
      UUID uuid = UUID.fromString(text);
      if (uuid.toString().equalsIgnoreCase(text)) {
        return uuid;
      }
    } catch (IllegalArgumentException wrong) {
      // said below, like one that was abbreviated
    }
    throw InvalidInputException.ofValue(
        path, text, "is not a UUID", "a UUID such as 09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  }
}

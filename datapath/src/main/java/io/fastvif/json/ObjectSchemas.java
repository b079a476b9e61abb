package io.fastvif.json;

import io.fastvif.host.HostInfo;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.vif.DatapathOffloadRepresentor;
import io.fastvif.vif.FixedIp;
import io.fastvif.vif.FixedIpList;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.PortProfileBase;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.Route;
import io.fastvif.vif.RouteList;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.List;

/**
 * Finds the table of a class. Each table is a class of its own, so that only those in use are
 * loaded.
 */
final class ObjectSchemas {
  /** os-vif's names of all classes known here. */
  static final List<String> NAMES =
      List.of(
          VifGeneric.OBJECT_NAME,
          VifBridge.OBJECT_NAME,
          VifOpenVSwitch.OBJECT_NAME,
          VifDirect.OBJECT_NAME,
          VifVhostUser.OBJECT_NAME,
          VifHostDevice.OBJECT_NAME,
          VifNestedDpdk.OBJECT_NAME,
          PortProfileOpenVSwitch.OBJECT_NAME,
          PortProfileFpOpenVSwitch.OBJECT_NAME,
          PortProfileOvsRepresentor.OBJECT_NAME,
          PortProfile8021Qbg.OBJECT_NAME,
          PortProfile8021Qbh.OBJECT_NAME,
          PortProfileFpBridge.OBJECT_NAME,
          PortProfileFpTap.OBJECT_NAME,
          PortProfileK8sDpdk.OBJECT_NAME,
          PortProfileBase.OBJECT_NAME,
          DatapathOffloadRepresentor.OBJECT_NAME,
          Network.OBJECT_NAME,
          Subnet.OBJECT_NAME,
          Route.OBJECT_NAME,
          FixedIp.OBJECT_NAME,
          SubnetList.OBJECT_NAME,
          RouteList.OBJECT_NAME,
          FixedIpList.OBJECT_NAME,
          InstanceInfo.OBJECT_NAME,
          HostInfo.OBJECT_NAME,
          HostPluginInfo.OBJECT_NAME,
          HostVifInfo.OBJECT_NAME,
          HostPortProfileInfo.OBJECT_NAME);

  private ObjectSchemas() {}

  /**
   * @throws InvalidInputException if there is no such class
   */
  static ObjectSchema<?, ?> of(String name) {
    return switch (name) {
      case VifGeneric.OBJECT_NAME -> VifGenericSchema.SCHEMA;
      case VifBridge.OBJECT_NAME -> VifBridgeSchema.SCHEMA;
      case VifOpenVSwitch.OBJECT_NAME -> VifOpenVSwitchSchema.SCHEMA;
      case VifDirect.OBJECT_NAME -> VifDirectSchema.SCHEMA;
      case VifVhostUser.OBJECT_NAME -> VifVhostUserSchema.SCHEMA;
      case VifHostDevice.OBJECT_NAME -> VifHostDeviceSchema.SCHEMA;
      case VifNestedDpdk.OBJECT_NAME -> VifNestedDpdkSchema.SCHEMA;
      case PortProfileOpenVSwitch.OBJECT_NAME -> PortProfileOpenVSwitchSchema.SCHEMA;
      case PortProfileFpOpenVSwitch.OBJECT_NAME -> PortProfileFpOpenVSwitchSchema.SCHEMA;
      case PortProfileOvsRepresentor.OBJECT_NAME -> PortProfileOvsRepresentorSchema.SCHEMA;
      case PortProfile8021Qbg.OBJECT_NAME -> PortProfile8021QbgSchema.SCHEMA;
      case PortProfile8021Qbh.OBJECT_NAME -> PortProfile8021QbhSchema.SCHEMA;
      case PortProfileFpBridge.OBJECT_NAME -> PortProfileFpBridgeSchema.SCHEMA;
      case PortProfileFpTap.OBJECT_NAME -> PortProfileFpTapSchema.SCHEMA;
      case PortProfileK8sDpdk.OBJECT_NAME -> PortProfileK8sDpdkSchema.SCHEMA;
      case PortProfileBase.OBJECT_NAME -> PortProfileBaseSchema.SCHEMA;
      case DatapathOffloadRepresentor.OBJECT_NAME -> DatapathOffloadRepresentorSchema.SCHEMA;
      case Network.OBJECT_NAME -> NetworkSchema.SCHEMA;
      case Subnet.OBJECT_NAME -> SubnetSchema.SCHEMA;
      case Route.OBJECT_NAME -> RouteSchema.SCHEMA;
      case FixedIp.OBJECT_NAME -> FixedIpSchema.SCHEMA;
      case SubnetList.OBJECT_NAME -> SubnetListSchema.SCHEMA;
      case RouteList.OBJECT_NAME -> RouteListSchema.SCHEMA;
      case FixedIpList.OBJECT_NAME -> FixedIpListSchema.SCHEMA;
      case InstanceInfo.OBJECT_NAME -> InstanceInfoSchema.SCHEMA;
      case HostInfo.OBJECT_NAME -> HostInfoSchema.SCHEMA;
      case HostPluginInfo.OBJECT_NAME -> HostPluginInfoSchema.SCHEMA;
      case HostVifInfo.OBJECT_NAME -> HostVifInfoSchema.SCHEMA;
      case HostPortProfileInfo.OBJECT_NAME -> HostPortProfileInfoSchema.SCHEMA;
      default ->
          throw InvalidInputException.ofValue(
              "", name, "is not a known object", "one of " + String.join(", ", NAMES));
    };
  }
}

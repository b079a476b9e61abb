package io.fastvif.json;

import io.fastvif.vif.DatapathOffload;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.OpenVSwitchProfileBuilder;
import io.fastvif.vif.Version;
import java.util.function.Supplier;

/**
 * The fields that every profile of an Open vSwitch port has; they came in with the same versions in
 * all of them.
 */
final class OpenVSwitchProfileFields {
  private OpenVSwitchProfileFields() {}

  static <T extends OpenVSwitchProfile, B extends OpenVSwitchProfileBuilder<T, B>>
      ObjectSchema.Spec<T, B> startOf(String name, Version current, Supplier<B> builder) {
    return ObjectSchema.of(name, current, builder)
        .nullable(
            "datapath_offload",
            new Version(1, 2),
            new ObjectCodec<>(DatapathOffload.class, "a datapath offload"),
            OpenVSwitchProfileBuilder::datapathOffload,
            OpenVSwitchProfile::datapathOffload)
        .field(
            "interface_id",
            Version.V1_0,
            Codecs.STRING,
            OpenVSwitchProfileBuilder::interfaceId,
            OpenVSwitchProfile::interfaceId)
        .field(
            "profile_id",
            Version.V1_0,
            Codecs.STRING,
            OpenVSwitchProfileBuilder::profileId,
            OpenVSwitchProfile::profileId)
        .nullable(
            "datapath_type",
            new Version(1, 1),
            Codecs.STRING,
            OpenVSwitchProfileBuilder::datapathType,
            OpenVSwitchProfile::datapathType)
        .field(
            "create_port",
            new Version(1, 3),
            Codecs.BOOLEAN,
            OpenVSwitchProfileBuilder::createPort,
            OpenVSwitchProfile::createPort)
        .field(
            "create_tap",
            new Version(1, 4),
            Codecs.BOOLEAN,
            OpenVSwitchProfileBuilder::createTap,
            OpenVSwitchProfile::createTap)
        .field(
            "multiqueue",
            new Version(1, 4),
            Codecs.BOOLEAN,
            OpenVSwitchProfileBuilder::multiqueue,
            OpenVSwitchProfile::multiqueue);
  }
}

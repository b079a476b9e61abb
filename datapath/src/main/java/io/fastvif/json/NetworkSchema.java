package io.fastvif.json;

import io.fastvif.vif.Network;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.Version;

/** The table of {@link Network}. */
final class NetworkSchema {
  static final ObjectSchema<Network, Network.Builder> SCHEMA =
      ObjectSchema.of(Network.OBJECT_NAME, Network.CURRENT, Network.Builder::new)
          .field("id", Version.V1_0, Codecs.STRING, Network.Builder::id, Network::id)
          .field("bridge", Version.V1_0, Codecs.STRING, Network.Builder::bridge, Network::bridge)
          .field("label", Version.V1_0, Codecs.STRING, Network.Builder::label, Network::label)
          .field(
              "subnets",
              Version.V1_0,
              new ObjectCodec<>(SubnetList.class, "a SubnetList"),
              Network.Builder::subnets,
              Network::subnets)
          .field(
              "multi_host",
              Version.V1_0,
              Codecs.BOOLEAN,
              Network.Builder::multiHost,
              Network::multiHost)
          .field(
              "should_provide_bridge",
              Version.V1_0,
              Codecs.BOOLEAN,
              Network.Builder::shouldProvideBridge,
              Network::shouldProvideBridge)
          .field(
              "should_provide_vlan",
              Version.V1_0,
              Codecs.BOOLEAN,
              Network.Builder::shouldProvideVlan,
              Network::shouldProvideVlan)
          .nullable(
              "bridge_interface",
              Version.V1_0,
              Codecs.STRING,
              Network.Builder::bridgeInterface,
              Network::bridgeInterface)
          .nullable("vlan", Version.V1_0, Codecs.INTEGER, Network.Builder::vlan, Network::vlan)
          .nullable("mtu", new Version(1, 1), Codecs.INTEGER, Network.Builder::mtu, Network::mtu)
          .build();

  private NetworkSchema() {}
}

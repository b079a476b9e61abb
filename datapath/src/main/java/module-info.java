/**
 * fastvif: plugs virtual network interfaces into a Linux host's data plane. Start at the package of
 * {@link io.fastvif.VifHost}, which has five complete programs.
 */
// agrona and HdrHistogram have no descriptor of their own
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.fastvif.datapath {
  requires com.fasterxml.jackson.core;
  requires transitive io.fastvif.bindings; // its exceptions
  requires jdk.jfr;
  requires jdk.unsupported; // signals
  requires jdk.net; // who is at the other end of the agent's socket
  requires static io.netty.buffer; // of the agent, as all of Netty
  requires static io.netty.codec;
  requires static io.netty.codec.http;
  requires static io.netty.common;
  requires static io.netty.transport;
  requires static info.picocli; // of the command
  requires static io.prometheus.metrics.model; // of the agent, as the next
  requires static io.prometheus.writer.text;
  requires transitive HdrHistogram; // in a forwarder's statistics
  requires transitive org.agrona; // an engine is an Agent

  exports io.fastvif.agent.client;
  exports io.fastvif.agent.http;
  exports io.fastvif.agent.keeper;
  exports io.fastvif.agent;
  exports io.fastvif.capture;
  exports io.fastvif.config;
  exports io.fastvif.driver.file;
  exports io.fastvif.driver;
  exports io.fastvif.engine;
  exports io.fastvif.fastpath;
  exports io.fastvif.forward.bridge;
  exports io.fastvif.forward;
  exports io.fastvif.handover;
  exports io.fastvif.host.negotiation;
  exports io.fastvif.host;
  exports io.fastvif.json;
  exports io.fastvif.lease;
  exports io.fastvif.libvirt;
  exports io.fastvif.macvtap;
  exports io.fastvif.netlink.generic.devlink;
  exports io.fastvif.netlink.generic;
  exports io.fastvif.netlink.netfilter;
  exports io.fastvif.netlink.route.kind;
  exports io.fastvif.netlink.route;
  exports io.fastvif.netlink;
  exports io.fastvif.netns;
  exports io.fastvif.observe;
  exports io.fastvif.ovsdb;
  exports io.fastvif.pci;
  exports io.fastvif.plan;
  exports io.fastvif.plugin;
  exports io.fastvif.portprofile;
  exports io.fastvif.switchdev;
  exports io.fastvif.trace;
  exports io.fastvif.tuntap;
  exports io.fastvif.vhostuser.memory;
  exports io.fastvif.vhostuser.protocol;
  exports io.fastvif.vhostuser.session;
  exports io.fastvif.vhostuser.virtqueue;
  exports io.fastvif.vif;
  exports io.fastvif.xdp;
  exports io.fastvif;

  uses io.fastvif.driver.NetworkDriverFactory;
  uses io.fastvif.libvirt.VifDriver;
  uses io.fastvif.plugin.VifPluginFactory;

  provides io.fastvif.driver.NetworkDriverFactory with
      io.fastvif.driver.file.FileNetworkDriver.Factory;
  provides io.fastvif.libvirt.VifDriver with
      io.fastvif.libvirt.VifFieldsDriver;
  provides io.fastvif.plugin.VifPluginFactory with
      io.fastvif.plugin.bridge.LinuxBridgePlugin.Factory,
      io.fastvif.plugin.direct.DirectPlugin.Factory,
      io.fastvif.plugin.fastpath.FastPathPlugin.Factory,
      io.fastvif.plugin.hostdev.HostDevicePlugin.Factory,
      io.fastvif.plugin.nested.NestedDpdkPlugin.Factory,
      io.fastvif.plugin.noop.NoopPlugin.Factory,
      io.fastvif.plugin.ovs.OvsPlugin.Factory,
      io.fastvif.plugin.tap.TapPlugin.Factory,
      io.fastvif.plugin.vhostuser.VhostUserPlugin.Factory;
}

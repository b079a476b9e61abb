package io.fastvif.plan;

import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.VhostUserMode;

/**
 * A vhost-user port that a forwarder of this host serves: a guest's rings on one side, a tap or an
 * uplink on the other.
 *
 * @param vifId the id of the VIF that it belongs to, by which it is known; a VIF has one port
 * @param name its name, for people
 * @param path the path of the socket
 * @param mode which end of the socket the hypervisor is: with {@link VhostUserMode#CLIENT} the port
 *     listens, with {@link VhostUserMode#SERVER} it connects, and again when the connection is lost
 * @param access who may connect, where the port listens
 * @param mtu the network's, in bytes, which the hypervisor is to tell the guest
 * @param queuePairs how many pairs of rings the guest may use; with more than one the tap has as
 *     many queues
 * @param tap the tap that it is joined to, with a virtio-net header before each frame; empty with
 *     an uplink
 * @param wholeFrames whether the guest's frames are completed and segmented before they go into the
 *     tap, because who reads it, as Open vSwitch's userspace datapath, does neither
 * @param uplink the link of the host that it is joined to by AF_XDP; empty with a tap
 * @param rates the limits of its traffic, which may change while it is open
 * @param switchPort how the uplink's switch, which other ports may share, treats this one
 */
public record ServedPort(
    String vifId,
    String name,
    String path,
    VhostUserMode mode,
    SocketAccess access,
    int mtu,
    int queuePairs,
    String tap,
    boolean wholeFrames,
    String uplink,
    PortRates rates,
    SwitchPortSettings switchPort) {
  /** What stands before a link's name where an uplink is named. */
  public static final String AF_XDP = "af_xdp:";

  /** One that is joined to a tap, without limits. */
  public ServedPort(
      String vifId,
      String name,
      String path,
      VhostUserMode mode,
      SocketAccess access,
      int mtu,
      int queuePairs,
      String tap) {
    this(
        vifId,
        name,
        path,
        mode,
        access,
        mtu,
        queuePairs,
        tap,
        false,
        "",
        PortRates.UNLIMITED,
        SwitchPortSettings.DEFAULT);
  }

  /** One that is joined to an uplink, or to a tap that takes frames as the guest sends them. */
  public ServedPort(
      String vifId,
      String name,
      String path,
      VhostUserMode mode,
      SocketAccess access,
      int mtu,
      int queuePairs,
      String tap,
      String uplink,
      PortRates rates,
      SwitchPortSettings switchPort) {
    this(vifId, name, path, mode, access, mtu, queuePairs, tap, false, uplink, rates, switchPort);
  }

  /** The same with other limits. */
  public ServedPort withRates(PortRates other) {
    return with(wholeFrames, other);
  }

  /** The same with or without frames that are completed and segmented before the tap. */
  public ServedPort withWholeFrames(boolean whole) {
    return with(whole, rates);
  }

  private ServedPort with(boolean whole, PortRates other) {
    return new ServedPort(
        vifId, name, path, mode, access, mtu, queuePairs, tap, whole, uplink, other, switchPort);
  }

  /** Whether it is joined to an uplink. */
  public boolean hasUplink() {
    return !uplink.isEmpty();
  }

  /** Whether the port makes the socket, and the hypervisor connects. */
  public boolean listens() {
    return mode == VhostUserMode.CLIENT;
  }

  @Override
  public String toString() {
    return "vhost-user port "
        + name
        + (listens() ? " listening on " : " connecting to ")
        + path
        + (listens() ? " " + access : "")
        + " mtu "
        + mtu
        + (queuePairs > 1 ? " queues " + queuePairs : "")
        + (hasUplink()
            ? " uplink " + AF_XDP + uplink + switchPort
            : " tap " + tap + (wholeFrames ? " whole frames" : ""))
        + (rates.limits() ? ", " + rates : "");
  }
}

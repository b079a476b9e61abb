package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/**
 * A layer 2 network over UDP (RFC 7348).
 *
 * <p>Equivalent to {@code ip link add NAME type vxlan id ID}.
 *
 * @see <a href="https://docs.kernel.org/networking/vxlan.html">vxlan, linux/if_link.h</a>
 */
public final class Vxlan implements LinkKind {
  private final Options options = new Options();

  /** Makes the kind, with no options. */
  public Vxlan() {}

  /**
   * Forgets all options.
   *
   * @return this
   */
  public Vxlan reset() {
    options.clear();
    return this;
  }

  /**
   * Sets the network's number: {@code id}.
   *
   * @param id 0 to 2^24 - 1
   * @return this
   */
  public Vxlan id(int id) {
    options.setInt(IFLA_VXLAN_ID, id);
    return this;
  }

  /**
   * Sets where unknown frames go: {@code remote} or {@code group}.
   *
   * @param address IPv4, a.b.c.d as 0xaabbccdd; a multicast address is a group
   * @return this
   */
  public Vxlan remote(int address) {
    options.setIntBigEndian(IFLA_VXLAN_GROUP, address);
    return this;
  }

  /**
   * Sets the link that packets leave by: {@code dev}.
   *
   * @param index the link's
   * @return this
   */
  public Vxlan lowerLink(int index) {
    options.setInt(IFLA_VXLAN_LINK, index);
    return this;
  }

  /**
   * Sets the source address: {@code local}.
   *
   * @param address IPv4, a.b.c.d as 0xaabbccdd
   * @return this
   */
  public Vxlan local(int address) {
    options.setIntBigEndian(IFLA_VXLAN_LOCAL, address);
    return this;
  }

  /**
   * Sets the time to live: {@code ttl}.
   *
   * @param hops 0 to 255; 0 for the host's default
   * @return this
   */
  public Vxlan ttl(int hops) {
    options.setByte(IFLA_VXLAN_TTL, hops);
    return this;
  }

  /**
   * Learns which host an address is behind, or not: {@code learning}.
   *
   * @param on whether to
   * @return this
   */
  public Vxlan learning(boolean on) {
    options.setFlag(IFLA_VXLAN_LEARNING, on);
    return this;
  }

  /**
   * Sets how long a learned address is kept: {@code ageing}.
   *
   * @param seconds 0 for ever
   * @return this
   */
  public Vxlan ageing(int seconds) {
    options.setInt(IFLA_VXLAN_AGEING, seconds);
    return this;
  }

  /**
   * Sets the UDP port to send to: {@code dstport}.
   *
   * @param port such as 4789
   * @return this
   */
  public Vxlan port(int port) {
    options.setShortBigEndian(IFLA_VXLAN_PORT, port);
    return this;
  }

  /**
   * Fills in the UDP checksum over IPv4: {@code udpcsum}.
   *
   * @param on whether to
   * @return this
   */
  public Vxlan udpChecksum(boolean on) {
    options.setFlag(IFLA_VXLAN_UDP_CSUM, on);
    return this;
  }

  @Override
  public String name() {
    return "vxlan";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    options.encode(encoder);
  }
}

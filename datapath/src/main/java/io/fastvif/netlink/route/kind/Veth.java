package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/**
 * A pair of links: what goes into one comes out of the other. The request's own attributes are
 * those of the first, the ones set here those of its peer. The peer cannot be brought up in the
 * message that creates the pair (ENOTCONN).
 *
 * <p>Equivalent to {@code ip link add NAME type veth peer name PEER}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man4/veth.4.html">veth(4), linux/veth.h</a>
 */
public final class Veth implements LinkKind {
  private static final int IFINFOMSG_LENGTH = 16;
  private static final int ABSENT = -1;

  private CharSequence peerName;
  private long peerAddress = ABSENT;
  private int peerMtu = ABSENT;
  private int peerTransmitQueues = ABSENT;
  private int peerReceiveQueues = ABSENT;
  private int peerGroup = ABSENT;
  private int peerNamespaceDescriptor = ABSENT;
  private int peerNamespaceProcess = ABSENT;

  /** Makes the kind, with no options. */
  public Veth() {}

  /** Forgets all options. */
  public Veth reset() {
    peerName = null;
    peerAddress = ABSENT;
    peerMtu = ABSENT;
    peerTransmitQueues = ABSENT;
    peerReceiveQueues = ABSENT;
    peerGroup = ABSENT;
    peerNamespaceDescriptor = ABSENT;
    peerNamespaceProcess = ABSENT;
    return this;
  }

  /**
   * Names the peer; without a name the kernel takes {@code vethN}.
   *
   * @param name of 1 to 15 bytes
   */
  public Veth peerName(CharSequence name) {
    peerName = name;
    return this;
  }

  /**
   * Sets the peer's MAC address: {@code peer address ADDRESS}.
   *
   * @param mac the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public Veth peerAddress(long mac) {
    peerAddress = mac;
    return this;
  }

  /**
   * Sets the peer's MTU: {@code peer mtu MTU}.
   *
   * @param bytes the largest payload
   */
  public Veth peerMtu(int bytes) {
    peerMtu = bytes;
    return this;
  }

  /**
   * Sets the peer's queues: {@code peer numtxqueues COUNT numrxqueues COUNT}.
   *
   * @param transmit transmit queues
   * @param receive receive queues
   */
  public Veth peerQueues(int transmit, int receive) {
    peerTransmitQueues = transmit;
    peerReceiveQueues = receive;
    return this;
  }

  /**
   * Puts the peer into an interface group: {@code peer group GROUP}.
   *
   * @param group 0 for the default one, or positive
   */
  public Veth peerGroup(int group) {
    peerGroup = group;
    return this;
  }

  /**
   * Creates the peer in another namespace: {@code peer netns NAME}.
   *
   * @param descriptor an open descriptor of the namespace
   */
  public Veth peerNamespaceDescriptor(int descriptor) {
    peerNamespaceDescriptor = descriptor;
    return this;
  }

  @Override
  public String name() {
    return "veth";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    encoder.beginNested(VETH_INFO_PEER);
    encoder.putHeader(IFINFOMSG_LENGTH);
    if (peerMtu != ABSENT) {
      encoder.putInt(IFLA_MTU, peerMtu);
    }
    if (peerAddress != ABSENT) {
      encoder.putMacAddress(IFLA_ADDRESS, peerAddress);
    }
    if (peerTransmitQueues != ABSENT) {
      encoder.putInt(IFLA_NUM_TX_QUEUES, peerTransmitQueues);
      encoder.putInt(IFLA_NUM_RX_QUEUES, peerReceiveQueues);
    }
    if (peerGroup != ABSENT) {
      encoder.putInt(IFLA_GROUP, peerGroup);
    }
    if (peerNamespaceDescriptor != ABSENT) {
      encoder.putInt(IFLA_NET_NS_FD, peerNamespaceDescriptor);
    }
    if (peerNamespaceProcess != ABSENT) {
      encoder.putInt(IFLA_NET_NS_PID, peerNamespaceProcess);
    }
    if (peerName != null) {
      encoder.putString(IFLA_IFNAME, peerName);
    }
    encoder.endNested();
  }
}

package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.vhostuser.virtqueue.VirtioFeatures;

/**
 * Features of virtio network devices, as masks (linux/virtio_net.h), seen from the guest: HOST_
 * features are of frames that it sends, GUEST_ features of frames that it takes.
 */
public final class NetFeatures {
  /** The guest may send frames whose checksum is to be completed. */
  public static final long CSUM = 1L << VIRTIO_NET_F_CSUM;

  /** The guest takes frames whose checksum is not complete. */
  public static final long GUEST_CSUM = 1L << VIRTIO_NET_F_GUEST_CSUM;

  /** The device says its MTU. */
  public static final long MTU = 1L << VIRTIO_NET_F_MTU;

  /** Frames may take several of the guest's buffers. */
  public static final long MRG_RXBUF = 1L << VIRTIO_NET_F_MRG_RXBUF;

  /** Several queue pairs. */
  public static final long MQ = 1L << VIRTIO_NET_F_MQ;

  /** The guest announces itself when it is told to. */
  public static final long GUEST_ANNOUNCE = 1L << VIRTIO_NET_F_GUEST_ANNOUNCE;

  /** There is a control queue, which the frontend serves. */
  public static final long CTRL_VQ = 1L << VIRTIO_NET_F_CTRL_VQ;

  /** What the control queue is needed for; the frontend serves it. */
  public static final long CONTROL = CTRL_VQ | 1L << VIRTIO_NET_F_CTRL_RX;

  static final long GUEST_TSO4 = 1L << VIRTIO_NET_F_GUEST_TSO4;
  static final long GUEST_TSO6 = 1L << VIRTIO_NET_F_GUEST_TSO6;
  static final long GUEST_ECN = 1L << VIRTIO_NET_F_GUEST_ECN;
  static final long GUEST_UFO = 1L << VIRTIO_NET_F_GUEST_UFO;
  static final long HOST_TSO4 = 1L << VIRTIO_NET_F_HOST_TSO4;
  static final long HOST_TSO6 = 1L << VIRTIO_NET_F_HOST_TSO6;
  static final long HOST_ECN = 1L << VIRTIO_NET_F_HOST_ECN;
  static final long HOST_UFO = 1L << VIRTIO_NET_F_HOST_UFO;

  /** VIRTIO_NET_F_GUEST_USO4, _GUEST_USO6 and _HOST_USO of newer headers (Linux 6.2). */
  static final long GUEST_USO = 1L << 54 | 1L << 55;

  static final long HOST_USO = 1L << 56;

  /** All that lets the guest send frames that are not segmented. */
  static final long HOST_SEGMENTATION = HOST_TSO4 | HOST_TSO6 | HOST_ECN | HOST_UFO | HOST_USO;

  /** All of a header that a sender may have filled. */
  static final long SENDER_OFFLOADS = CSUM | HOST_SEGMENTATION;

  /**
   * What any port can do, whatever is on its other side: of a frame's header, its checksum. As with
   * {@link VirtioFeatures#OF_RINGS}, a feature is offered only if the backend gets to see what it
   * obliges a device to, or if that is the frontend's, which has the device's registers,
   * configuration and control queue:
   *
   * <ul>
   *   <li>MRG_RXBUF, CSUM, GUEST_CSUM: the form of a frame's header and buffers.
   *   <li>MQ: the guest tells the frontend how many pairs it uses, and that tells the backend by
   *       SET_VRING_ENABLE.
   *   <li>MTU: the frontend's configuration has it, and NET_SET_MTU tells the backend.
   *   <li>GUEST_ANNOUNCE: the frontend asks the guest by the configuration. A guest without it is
   *       announced by SEND_RARP.
   *   <li>CTRL_VQ, CTRL_RX: the frontend has the control queue. Filters are a driver's hint: a
   *       device may deliver more than it was asked for.
   * </ul>
   *
   * Not offered: STATUS and MAC, of the configuration, and CTRL_VLAN and CTRL_MAC_ADDR, of the
   * control queue, which frontends offer by themselves if they have these. Nor what is asked for by
   * commands of the control queue that are not passed on:
   *
   * <ul>
   *   <li>CTRL_GUEST_OFFLOADS, by which a driver changes its offloads while rings run. QEMU adds it
   *       of its own accord, whatever the backend; frames that are to be segmented then still come
   *       to a guest that has switched that off, which Linux takes.
   *   <li>RSS and HASH_REPORT: which hashes, and which queue for each. QEMU hands them to a program
   *       in the kernel on a tap's queues or computes them itself, neither of which a vhost-user
   *       backend's frames pass. They come by the queue of the flow's sender.
   *   <li>NOTF_COAL: how long calls may wait. QEMU has no such command. A burst has one call, and
   *       EVENT_IDX lets the driver ask for none.
   * </ul>
   *
   * <p>A frontend that has no control queue, such as User Mode Linux, hands ours to its driver,
   * which waits for ever for an answer. For such a one, all that needs it is to be left out of what
   * the session offers: CTRL_VQ, CTRL_RX, MQ and GUEST_ANNOUNCE.
   */
  static final long BASE =
      VirtioFeatures.OF_RINGS | MRG_RXBUF | MQ | MTU | GUEST_ANNOUNCE | CONTROL | CSUM | GUEST_CSUM;

  /** What a port can do whose frames a handler deals with: all but unfinished checksums. */
  static final long WHOLE_FRAMES = BASE & ~(CSUM | GUEST_CSUM);

  /**
   * What a port can do besides whose frames go to the host, a card or another guest, all of it in
   * frames' headers: GUEST_ in those that the guest gets and HOST_ in those that it sends. What
   * their receiver does not take whole is segmented here. Not UFO, which is fragments: kernels
   * since 4.14 make these at once. Not UDP tunnels' segmentation, of Linux 6.17: its bits, 65 to
   * 68, are none that vhost-user's messages have.
   */
  static final long OFFLOADS =
      BASE
          | GUEST_TSO4
          | GUEST_TSO6
          | GUEST_ECN
          | GUEST_USO
          | HOST_TSO4
          | HOST_TSO6
          | HOST_ECN
          | HOST_USO;

  private NetFeatures() {}
}

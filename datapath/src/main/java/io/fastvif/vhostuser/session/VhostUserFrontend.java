package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.InflightDescription;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The frontend's side of a session, as a hypervisor has it. Each method makes one request and waits
 * for the reply, or with REPLY_ACK for the acknowledgement. One thread at a time may use it.
 *
 * <p>All methods that make a request throw {@link ProtocolException}: TIMEOUT if there is no answer
 * in time, CLOSED if the backend ends the session, FAILED_REQUEST if it says that it failed,
 * BAD_REPLY if the answer is not one. Passed descriptors stay the caller's to close.
 */
public final class VhostUserFrontend implements AutoCloseable {
  /** For {@link #setKick} and its like: the ring is to be polled. */
  public static final int NO_DESCRIPTOR = -1;

  private static final long NO_DESCRIPTOR_FLAG = 1 << 8;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());

  private final RequestExchange exchange;

  VhostUserFrontend(FileDescriptor socket, long timeoutMillis) {
    exchange = new RequestExchange(socket, timeoutMillis);
  }

  /**
   * Connects to a listening backend.
   *
   * @param path its socket
   * @param timeoutMillis how long to wait for each answer
   * @return the connection
   * @throws SystemCallException ENOENT if there is no socket, ECONNREFUSED if nobody listens,
   *     EACCES without the permission, EAGAIN if the backend's queue is full
   */
  public static VhostUserFrontend connect(String path, long timeoutMillis) {
    FileDescriptor socket = UnixAddress.socket();
    try {
      SystemCallException.check(UnixAddress.connect(socket.value(), path), "connect", path);
      return new VhostUserFrontend(socket, timeoutMillis);
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Asks for the virtio features.
   *
   * @return their bits
   */
  public long getFeatures() {
    return ask(FrontendRequest.GET_FEATURES).u64();
  }

  /**
   * Chooses virtio features.
   *
   * @param features their bits
   */
  public void setFeatures(long features) {
    tellNumber(FrontendRequest.SET_FEATURES, features);
  }

  /**
   * Asks for the protocol features.
   *
   * @return their bits
   */
  public long getProtocolFeatures() {
    return ask(FrontendRequest.GET_PROTOCOL_FEATURES).u64();
  }

  /**
   * Chooses protocol features.
   *
   * @param features their bits
   */
  public void setProtocolFeatures(long features) {
    tellNumber(FrontendRequest.SET_PROTOCOL_FEATURES, features);
    exchange.setAcknowledges(ProtocolFeature.REPLY_ACK.isIn(features));
  }

  /** Begins the session. */
  public void setOwner() {
    tell(FrontendRequest.SET_OWNER);
  }

  /** Disables all rings. Deprecated in the specification; some frontends do it before a reset. */
  public void resetOwner() {
    tell(FrontendRequest.RESET_OWNER);
  }

  /**
   * Asks how many queues there are.
   *
   * @return of a network device: how many pairs
   */
  public long getQueueNum() {
    return ask(FrontendRequest.GET_QUEUE_NUM).u64();
  }

  /**
   * Shares the guest's memory.
   *
   * @param regions at most eight
   * @param descriptors the file of each
   */
  public void setMemory(List<MemoryRegion> regions, int... descriptors) {
    exchange.begin(FrontendRequest.SET_MEM_TABLE).putRegions(regions);
    exchange.finish(FrontendRequest.SET_MEM_TABLE, descriptors);
  }

  /**
   * Asks how many regions there can be.
   *
   * @return a count
   */
  public long getMaxMemorySlots() {
    return ask(FrontendRequest.GET_MAX_MEM_SLOTS).u64();
  }

  /**
   * Shares one more region.
   *
   * @param region the region
   * @param descriptor its file
   */
  public void addMemory(MemoryRegion region, int descriptor) {
    exchange.begin(FrontendRequest.ADD_MEM_REG).putRegion(region);
    exchange.finish(FrontendRequest.ADD_MEM_REG, descriptor);
  }

  /**
   * Takes a region away.
   *
   * @param region the region
   */
  public void removeMemory(MemoryRegion region) {
    exchange.begin(FrontendRequest.REM_MEM_REG).putRegion(region);
    exchange.finish(FrontendRequest.REM_MEM_REG);
  }

  /**
   * Shares a dirty log.
   *
   * @param size its bytes
   * @param offset where it begins in its file
   * @param descriptor its file
   */
  public void setLog(long size, long offset, int descriptor) {
    exchange.begin(FrontendRequest.SET_LOG_BASE).putLog(size, offset);
    exchange.finish(FrontendRequest.SET_LOG_BASE, descriptor);
  }

  /**
   * Passes an eventfd for news of the dirty log.
   *
   * @param descriptor the eventfd
   */
  public void setLogSignal(int descriptor) {
    exchange.begin(FrontendRequest.SET_LOG_FD);
    exchange.finish(FrontendRequest.SET_LOG_FD, descriptor);
  }

  /**
   * Sets how many descriptors a ring has.
   *
   * @param ring its index
   * @param size 1 to 32,768
   */
  public void setSize(int ring, int size) {
    tellOfRing(FrontendRequest.SET_VRING_NUM, ring, size);
  }

  /**
   * Sets where a ring begins.
   *
   * @param ring its index
   * @param base as in {@link RingSettings#base}
   */
  public void setBase(int ring, int base) {
    tellOfRing(FrontendRequest.SET_VRING_BASE, ring, base);
  }

  /**
   * Stops a ring.
   *
   * @param ring its index
   * @return where it stopped
   */
  public int stop(int ring) {
    exchange.begin(FrontendRequest.GET_VRING_BASE).putRingState(ring, 0);
    Message reply = exchange.finish(FrontendRequest.GET_VRING_BASE);
    if (reply.ringIndex() != ring) {
      throw new ProtocolException(
          Fault.BAD_REPLY, "GET_VRING_BASE of ring " + ring + " says " + reply.ringIndex());
    }
    return reply.ringNumber();
  }

  /**
   * Sets where a ring's parts are.
   *
   * @param addresses with the ring's index
   */
  public void setAddresses(RingAddresses addresses) {
    exchange.begin(FrontendRequest.SET_VRING_ADDR).putRingAddresses(addresses);
    exchange.finish(FrontendRequest.SET_VRING_ADDR);
  }

  /**
   * Enables or disables a ring.
   *
   * @param ring its index
   * @param enabled whether frames may pass
   */
  public void setEnabled(int ring, boolean enabled) {
    tellOfRing(FrontendRequest.SET_VRING_ENABLE, ring, enabled ? 1 : 0);
  }

  /**
   * Passes the descriptor by which the guest kicks, which starts the ring.
   *
   * @param ring its index
   * @param descriptor the eventfd, or {@link #NO_DESCRIPTOR}
   */
  public void setKick(int ring, int descriptor) {
    passForRing(FrontendRequest.SET_VRING_KICK, ring, descriptor);
  }

  /**
   * Passes the descriptor by which the guest is called.
   *
   * @param ring its index
   * @param descriptor the eventfd, or {@link #NO_DESCRIPTOR}
   */
  public void setCall(int ring, int descriptor) {
    passForRing(FrontendRequest.SET_VRING_CALL, ring, descriptor);
  }

  /**
   * Passes the descriptor by which the frontend learns that the ring is broken.
   *
   * @param ring its index
   * @param descriptor the eventfd, or {@link #NO_DESCRIPTOR}
   */
  public void setError(int ring, int descriptor) {
    passForRing(FrontendRequest.SET_VRING_ERR, ring, descriptor);
  }

  /**
   * Has the backend announce the guest (RARP).
   *
   * @param address the guest's, 48 bits, the first byte the highest
   */
  public void sendRarp(long address) {
    // The first six bytes of the number in memory are the address in the network's order.
    tellNumber(FrontendRequest.SEND_RARP, Long.reverseBytes(address << Short.SIZE));
  }

  /**
   * Sets the guest's MTU.
   *
   * @param mtu bytes
   */
  public void setMtu(int mtu) {
    tellNumber(FrontendRequest.NET_SET_MTU, mtu);
  }

  /**
   * Sets the device's status.
   *
   * @param status VIRTIO_CONFIG_S_ bits
   */
  public void setStatus(int status) {
    tellNumber(FrontendRequest.SET_STATUS, status);
  }

  /**
   * Asks for the device's status.
   *
   * @return VIRTIO_CONFIG_S_ bits
   */
  public int getStatus() {
    return (int) ask(FrontendRequest.GET_STATUS).u64();
  }

  /** Resets the device. */
  public void resetDevice() {
    tell(FrontendRequest.RESET_DEVICE);
  }

  /**
   * Asks for the in-flight area, in which the backend records the descriptors that it has fetched
   * and not yet used.
   *
   * @param rings how many have a part
   * @param ringSize descriptors of each
   * @return the area with its file
   */
  public InflightFile getInflight(int rings, int ringSize) {
    exchange
        .begin(FrontendRequest.GET_INFLIGHT_FD)
        .putInflight(new InflightDescription(0, 0, rings, ringSize));
    Message reply = exchange.finish(FrontendRequest.GET_INFLIGHT_FD);
    return new InflightFile(
        reply.inflight(), exchange.takeDescriptor(FrontendRequest.GET_INFLIGHT_FD).release());
  }

  /**
   * Hands the in-flight area to a restarted backend.
   *
   * @param file what {@link #getInflight} returned
   */
  public void setInflight(InflightFile file) {
    exchange.begin(FrontendRequest.SET_INFLIGHT_FD).putInflight(file.description());
    exchange.finish(FrontendRequest.SET_INFLIGHT_FD, file.descriptor());
  }

  /**
   * Passes a socket for the backend's requests, which are answered while this waits for its own
   * answers: each with the refusal of the table.
   */
  public void openBackendRequests() {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment pair = confined.allocate(2L * Integer.BYTES, Integer.BYTES);
      SystemCallException.check(
          Sockets.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
          "socketpair",
          "AF_UNIX");
      MessageChannel ours = new MessageChannel(FileDescriptor.of(pair.get(INT, 0)));
      try (FileDescriptor theirs = FileDescriptor.of(pair.get(INT, Integer.BYTES))) {
        exchange.begin(FrontendRequest.SET_BACKEND_REQ_FD);
        exchange.finish(FrontendRequest.SET_BACKEND_REQ_FD, theirs.value());
      } catch (RuntimeException | Error e) {
        ours.close();
        throw e;
      }
      exchange.answerBackendOn(ours);
    }
  }

  private void tell(FrontendRequest request) {
    exchange.begin(request);
    exchange.finish(request);
  }

  private void tellNumber(FrontendRequest request, long number) {
    exchange.begin(request).putU64(number);
    exchange.finish(request);
  }

  private void tellOfRing(FrontendRequest request, int ring, int number) {
    exchange.begin(request).putRingState(ring, number);
    exchange.finish(request);
  }

  private void passForRing(FrontendRequest request, int ring, int descriptor) {
    boolean none = descriptor == NO_DESCRIPTOR;
    exchange.begin(request).putU64(none ? ring | NO_DESCRIPTOR_FLAG : ring);
    if (none) {
      exchange.finish(request);
    } else {
      exchange.finish(request, descriptor);
    }
  }

  private Message ask(FrontendRequest request) {
    exchange.begin(request);
    return exchange.finish(request);
  }

  /** Answers the backend's requests that have come, without waiting. */
  public void answerBackend() {
    exchange.answerBackend();
  }

  /** Ends the session. */
  @Override
  public void close() {
    exchange.close();
  }

  /**
   * An in-flight area and its file.
   *
   * @param description where it is in the file
   * @param descriptor the file, its owner's to {@link #close}
   */
  public record InflightFile(InflightDescription description, int descriptor)
      implements AutoCloseable {

    @Override
    public void close() {
      FileIo.close(descriptor);
    }
  }
}

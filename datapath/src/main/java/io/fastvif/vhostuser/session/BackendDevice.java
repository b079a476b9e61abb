package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.GuestMemory;
import io.fastvif.vhostuser.memory.InflightArea;
import io.fastvif.vhostuser.memory.InvalidMemoryException;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.InflightDescription;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/**
 * The device that a frontend sets up in a session: executes its requests, which the session has
 * checked against the request table. On the loop's thread only.
 */
final class BackendDevice {
  private static final long INDEX_MASK = 0xff;
  private static final long NO_DESCRIPTOR = 1 << 8;
  private static final int STATUS_MASK = 0xff;
  private static final int MIN_MTU = 68;
  private static final int MAX_MTU = 65_535;

  private final BackendOptions options;
  private final BackendHandler handler;
  private final CurrentGuestMemory memory = new CurrentGuestMemory();
  private final SessionRing[] rings;
  private long features;
  private volatile boolean featuresSaid;
  private volatile long protocolFeatures;
  private int status;
  private DirtyLog log;
  private FileDescriptor logSignal;
  private InflightArea inflight;
  private FileDescriptor backendRequests;

  BackendDevice(BackendOptions options, BackendHandler handler) {
    this.options = options;
    this.handler = handler;
    rings = new SessionRing[options.rings()];
    for (int i = 0; i < rings.length; i++) {
      rings[i] = new SessionRing(i, handler.ring(i));
    }
  }

  CurrentGuestMemory memory() {
    return memory;
  }

  long protocolFeatures() {
    return protocolFeatures;
  }

  /** Whether features were chosen, and there is no memory; any thread. */
  boolean awaitsMemory() {
    return featuresSaid && memory.get().regions().isEmpty();
  }

  /**
   * Executes a request.
   *
   * @param channel has the message; descriptors that are not taken from it are closed afterwards
   * @param pending takes what must come before the answer
   * @return the answer
   * @throws RuntimeException if it cannot be done: the session is to end
   */
  Reply execute(FrontendRequest request, MessageChannel channel, PendingCompletions pending) {
    Message message = channel.received();
    return switch (request) {
      case GET_FEATURES -> Reply.u64(options.features());
      case SET_FEATURES -> setFeatures(message.u64(), pending);
      case GET_PROTOCOL_FEATURES -> Reply.u64(options.protocolFeatures());
      case SET_PROTOCOL_FEATURES -> setProtocolFeatures(message.u64());
      case GET_QUEUE_NUM -> Reply.u64(options.queuePairs());
      case SET_OWNER -> Reply.DONE;
      case RESET_OWNER -> resetOwner(pending);
      case SET_MEM_TABLE -> setMemory(channel, pending);
      case GET_MAX_MEM_SLOTS -> Reply.u64(GuestMemory.MAX_REGIONS);
      case ADD_MEM_REG ->
          replaceMemory(
              memory.get().with(message.region(), channel.descriptorAt(0), options.backing()),
              pending);
      case REM_MEM_REG -> replaceMemory(memory.get().without(message.region()), pending);
      case SET_LOG_BASE -> setLog(channel, pending);
      case SET_LOG_FD -> setLogSignal(channel);
      case SET_VRING_NUM, SET_VRING_BASE, SET_VRING_ADDR, SET_VRING_ENABLE, GET_VRING_BASE ->
          ringRequest(request, message, pending);
      case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR ->
          ringDescriptor(request, channel, pending);
      case SEND_RARP -> announce(message);
      case NET_SET_MTU -> setMtu(message.u64());
      case SET_BACKEND_REQ_FD -> setBackendRequests(channel);
      case GET_INFLIGHT_FD -> makeInflight(message.inflight(), pending);
      case SET_INFLIGHT_FD -> setInflight(message.inflight(), channel.descriptorAt(0), pending);
      case SET_STATUS -> setStatus((int) message.u64() & STATUS_MASK, pending);
      case GET_STATUS -> Reply.u64(status);
      case RESET_DEVICE -> reset(pending);
      default -> throw new AssertionError(request + " is refused by the table");
    };
  }

  private Reply setFeatures(long chosen, PendingCompletions pending) {
    requireSubset("SET_FEATURES", chosen, options.features(), DeviceFeature::names);
    long changed = chosen ^ features;
    features = chosen;
    featuresSaid = true;
    if ((changed & ~(1L << DeviceFeature.LOG_ALL)) != 0) {
      for (SessionRing ring : rings) {
        ring.stopIfSuspended(pending);
      }
    }
    if (changed != 0) {
      changeAll(pending);
    }
    startThoseReady();
    return Reply.DONE;
  }

  /** Deprecated: the specification has it ignored, or used to put all rings out of use. */
  private Reply resetOwner(PendingCompletions pending) {
    for (SessionRing ring : rings) {
      ring.suspend(DeviceFeature.isIn(features, DeviceFeature.PROTOCOL_FEATURES));
    }
    changeAll(pending);
    return Reply.DONE;
  }

  private Reply setProtocolFeatures(long chosen) {
    long offered = options.protocolFeatures();
    requireSubset("SET_PROTOCOL_FEATURES", chosen, offered, ProtocolFeature::names);
    protocolFeatures = chosen;
    return Reply.DONE;
  }

  private static void requireSubset(
      String request, long chosen, long offered, LongFunction<List<String>> names) {
    if ((chosen & ~offered) != 0) {
      throw new ProtocolException(
          Fault.BAD_VALUE,
          String.format(
              "%s 0x%x, of which 0x%x was not offered %s",
              request, chosen, chosen & ~offered, names.apply(chosen & ~offered)));
    }
  }

  private Reply setMemory(MessageChannel channel, PendingCompletions pending) {
    List<MemoryRegion> regions = channel.received().regions();
    int[] descriptors = Descriptors.ofRegions(channel, regions.size());
    return replaceMemory(GuestMemory.map(regions, descriptors, options.backing()), pending);
  }

  private Reply replaceMemory(GuestMemory newest, PendingCompletions pending) {
    memory.replace(newest);
    handler.memoryChanged(pending.completion());
    startThoseReady();
    return Reply.DONE;
  }

  private Reply setLog(MessageChannel channel, PendingCompletions pending) {
    Message message = channel.received();
    DirtyLog newest =
        DirtyLog.map(
            channel.descriptorAt(0), message.logOffset(), message.logSize(), options.backing());
    DirtyLog former = log;
    log = newest;
    if (former != null) {
      pending.release(former.mapping()::release);
    }
    changeAll(pending);
    return Reply.DONE;
  }

  /** Kept for the frontend's sake; it is never written, so it may be of any kind. */
  private Reply setLogSignal(MessageChannel channel) {
    SessionRing.close(logSignal);
    logSignal = channel.takeDescriptor();
    return Reply.DONE;
  }

  private Reply ringRequest(FrontendRequest request, Message message, PendingCompletions pending) {
    int number = message.ringNumber();
    SessionRing ring = ring(message.ringIndex(), request);
    switch (request) {
      case SET_VRING_NUM -> {
        ring.setSize(number, pending);
        ring.change(shared(), pending);
      }
      case SET_VRING_BASE -> ring.setBase(number, pending);
      case SET_VRING_ADDR -> {
        RingAddresses addresses = message.ringAddresses();
        ring.setAddresses(addresses, pending);
        ring.change(shared(), pending);
      }
      case SET_VRING_ENABLE -> {
        if (number != 0 && number != 1) {
          throw new ProtocolException(
              Fault.BAD_VALUE, "SET_VRING_ENABLE " + Integer.toUnsignedLong(number));
        }
        ring.setEnabled(number == 1);
        ring.change(shared(), pending);
      }
      default -> {
        ring.stop(pending);
        int index = message.ringIndex();
        return reply -> reply.putRingState(index, ring.base());
      }
    }
    startIfReady(ring);
    return Reply.DONE;
  }

  private SessionRing ring(int index, FrontendRequest request) {
    if (index < 0 || index >= rings.length) {
      throw new ProtocolException(
          Fault.BAD_VALUE,
          request + " of ring " + Integer.toUnsignedLong(index) + ", of " + rings.length);
    }
    return rings[index];
  }

  private Reply ringDescriptor(
      FrontendRequest request, MessageChannel channel, PendingCompletions pending) {
    long value = channel.received().u64();
    SessionRing ring = ring((int) (value & INDEX_MASK), request);
    FileDescriptor newest =
        Descriptors.takeSignal(channel, (value & NO_DESCRIPTOR) != 0, request.name());
    FileDescriptor former =
        switch (request) {
          case SET_VRING_KICK -> ring.setKick(newest, shared(), pending);
          case SET_VRING_CALL -> ring.setCall(newest);
          default -> ring.setError(newest);
        };
    pending.release(() -> SessionRing.close(former));
    ring.change(shared(), pending);
    startIfReady(ring);
    return Reply.DONE;
  }

  private Reply announce(Message message) {
    long address = 0;
    for (byte b : message.hardwareAddress()) {
      address = address << Byte.SIZE | (b & 0xff);
    }
    handler.announce(address);
    return Reply.DONE;
  }

  private Reply setMtu(long mtu) {
    return mtu >= MIN_MTU && mtu <= MAX_MTU && handler.setMtu((int) mtu)
        ? Reply.DONE
        : Reply.NOT_DONE;
  }

  /** Kept for the frontend's sake; we make no requests, so it may be of any kind. */
  private Reply setBackendRequests(MessageChannel channel) {
    SessionRing.close(backendRequests);
    backendRequests = channel.takeDescriptor();
    return Reply.DONE;
  }

  private Reply makeInflight(InflightDescription asked, PendingCompletions pending) {
    boolean packed = DeviceFeature.isIn(features, DeviceFeature.RING_PACKED);
    requireRings("GET_INFLIGHT_FD", asked);
    long size = asked.queues() * InflightArea.partSize(asked.queueSize(), packed);
    FileDescriptor file = FileDescriptor.of(InflightArea.createFile(size));
    InflightDescription made = new InflightDescription(size, 0, asked.queues(), asked.queueSize());
    try {
      setInflight(made, file.value(), pending);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return Reply.inflight(made, file);
  }

  private Reply setInflight(InflightDescription area, int descriptor, PendingCompletions pending) {
    requireRings("SET_INFLIGHT_FD", area);
    InflightArea newest =
        InflightArea.map(
            descriptor,
            area.offset(),
            area.size(),
            area.queues(),
            area.queueSize(),
            DeviceFeature.isIn(features, DeviceFeature.RING_PACKED),
            options.backing());
    InflightArea former = inflight;
    inflight = newest;
    if (former != null) {
      pending.release(former.mapping()::release);
    }
    changeAll(pending);
    return Reply.DONE;
  }

  private void requireRings(String request, InflightDescription area) {
    if (area.queues() < 1
        || area.queues() > rings.length
        || area.queueSize() < 1
        || area.queueSize() > InflightArea.MAX_RING_SIZE) {
      throw new ProtocolException(Fault.BAD_VALUE, request + " of " + area);
    }
  }

  private Reply setStatus(int newest, PendingCompletions pending) {
    status = newest;
    if (newest == 0) {
      stopAll(pending);
    }
    handler.statusChanged(newest);
    return Reply.DONE;
  }

  private Reply reset(PendingCompletions pending) {
    stopAll(pending);
    features = 0;
    featuresSaid = false;
    status = 0;
    for (SessionRing ring : rings) {
      pending.release(ring::reset);
    }
    handler.statusChanged(0);
    return Reply.DONE;
  }

  private SessionRing.Shared shared() {
    boolean logs = DeviceFeature.isIn(features, DeviceFeature.LOG_ALL);
    return new SessionRing.Shared(
        features,
        DeviceFeature.isIn(features, DeviceFeature.PROTOCOL_FEATURES),
        memory,
        logs ? log : null,
        inflight);
  }

  private void changeAll(PendingCompletions pending) {
    SessionRing.Shared shared = shared();
    for (SessionRing ring : rings) {
      ring.change(shared, pending);
    }
  }

  private void startThoseReady() {
    for (SessionRing ring : rings) {
      startIfReady(ring);
    }
  }

  private void startIfReady(SessionRing ring) {
    if (featuresSaid && !memory.get().regions().isEmpty()) {
      ring.startIfReady(shared());
    }
  }

  /** Stops all rings that are started; one that fails to does not keep the others from it. */
  void stopAll(PendingCompletions pending) {
    for (SessionRing ring : rings) {
      Contained.run("a ring that was to stop", () -> ring.stop(pending));
    }
  }

  /** The error descriptor of a ring, or -1. */
  int errorDescriptor(int ring) {
    return rings[ring].errorDescriptor();
  }

  /** Stops the started rings for a while in which the frontend is not listened to. */
  void pause(PendingCompletions pending) {
    for (SessionRing ring : rings) {
      ring.pause(pending);
    }
  }

  /** Starts the rings again that were paused, here or in another process. */
  void resume(PendingCompletions pending) {
    SessionRing.Shared shared = shared();
    for (SessionRing ring : rings) {
      ring.resume(shared, pending);
    }
  }

  /** Where each ring goes on. */
  int[] bases() {
    return Arrays.stream(rings).mapToInt(SessionRing::base).toArray();
  }

  /** Where paused rings go on. */
  void bases(int[] values) {
    for (int i = 0; i < rings.length; i++) {
      rings[i].base(values[i]);
    }
  }

  void save(HandOverWriter writer) {
    writer.number(rings.length).number(features).flag(featuresSaid).number(protocolFeatures);
    writer.number(status);
    memory.get().save(writer);
    writer.flag(log != null);
    if (log != null) {
      log.save(writer);
    }
    writer.flag(inflight != null);
    if (inflight != null) {
      inflight.save(writer);
    }
    writer.descriptor(logSignal == null ? RingSettings.NONE : logSignal.value());
    writer.descriptor(backendRequests == null ? RingSettings.NONE : backendRequests.value());
    for (SessionRing ring : rings) {
      ring.save(writer);
    }
  }

  /**
   * Takes what another process has saved; {@link #resume} starts the rings.
   *
   * @return why its memory cannot be had, for example because the frontend has shrunk it: all that
   *     was written is read then, and to be {@link #release released}; null for nothing
   * @throws RuntimeException if it is not known here; {@link #release} what there is then
   */
  InvalidMemoryException restore(HandOverReader reader) {
    int count = reader.number();
    if (count != rings.length) {
      throw new HandOverException("a device of " + count + " rings, not " + rings.length);
    }
    features = reader.longNumber();
    featuresSaid = reader.flag();
    protocolFeatures = reader.longNumber();
    requireSubset("features", features, options.features(), DeviceFeature::names);
    long offered = options.protocolFeatures();
    requireSubset("protocol features", protocolFeatures, offered, ProtocolFeature::names);
    status = reader.number();
    List<InvalidMemoryException> wrong = new ArrayList<>();
    tryMemory(wrong, () -> memory.replace(GuestMemory.restore(reader, options.backing())));
    if (reader.flag()) {
      tryMemory(wrong, () -> log = DirtyLog.restore(reader, options.backing()));
    }
    if (reader.flag()) {
      tryMemory(wrong, () -> inflight = InflightArea.restore(reader, options.backing()));
    }
    logSignal = reader.takeDescriptor();
    backendRequests = reader.takeDescriptor();
    for (SessionRing ring : rings) {
      ring.restore(reader);
    }
    return wrong.isEmpty() ? null : wrong.getFirst();
  }

  private static void tryMemory(List<InvalidMemoryException> wrong, Runnable mapping) {
    try {
      mapping.run();
    } catch (InvalidMemoryException e) {
      wrong.add(e);
    }
  }

  /** Whether all that the frontend shares is as long as it said. */
  boolean isIntact() {
    return memory.get().isIntact()
        && (log == null || log.mapping().isIntact())
        && (inflight == null || inflight.mapping().isIntact());
  }

  /**
   * Releases everything, even if the kernel refuses some of it; all rings must have been stopped.
   */
  void release() {
    for (SessionRing ring : rings) {
      letGo(ring::close);
    }
    letGo(memory::close);
    letGo(() -> SessionRing.close(logSignal));
    letGo(() -> SessionRing.close(backendRequests));
    if (log != null) {
      letGo(log.mapping()::release);
    }
    if (inflight != null) {
      letGo(inflight.mapping()::release);
    }
  }

  private static void letGo(Runnable release) {
    Contained.run("what a frontend shared", release);
  }
}

package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.MessagesLostException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.generic.GenericHeader;
import java.util.Optional;

/**
 * Tells a listener what devices and ports there are and what becomes of them, in the namespace of
 * the thread that opens it. Equivalent to {@code devlink monitor}, with a reading of everything at
 * the start and whenever the kernel dropped events because the receive buffer was full; events that
 * are older than a reading but come in after it are dropped with the buffer, or only repeat a step
 * on the way to what was read. One thread at a time may use it.
 */
public final class DevlinkMonitor implements AutoCloseable {
  private static final String EVENTS = "config";
  private static final int BUFFER_SIZE = 1024 * 1024;
  private static final int MAX_RECEIVES = 100_000;

  private final NetlinkSocket events;
  private final DevlinkSocket reader;
  private final DevlinkListener listener;
  private final Dispatcher dispatcher = new Dispatcher();
  private boolean read;
  private long resyncs;

  private DevlinkMonitor(NetlinkSocket events, DevlinkSocket reader, DevlinkListener listener) {
    this.events = events;
    this.reader = reader;
    this.listener = listener;
  }

  /**
   * Subscribes to the events of devlink. The first {@link #poll} reads everything.
   *
   * @param listener is called by {@link #poll}
   * @return the monitor; empty if the kernel has no devlink
   */
  public static Optional<DevlinkMonitor> open(DevlinkListener listener) {
    return open(listener, BUFFER_SIZE);
  }

  /**
   * Subscribes, with a receive buffer of another size than 1 MiB.
   *
   * @param listener is called by {@link #poll}
   * @param bufferSize bytes of the receive buffer
   * @return the monitor; empty if the kernel has no devlink
   */
  public static Optional<DevlinkMonitor> open(DevlinkListener listener, int bufferSize) {
    Optional<DevlinkSocket> reader = DevlinkSocket.open();
    if (reader.isEmpty()) {
      return Optional.empty();
    }
    try {
      NetlinkSocket events = NetlinkSocket.open(NETLINK_GENERIC, bufferSize);
      try {
        Integer group = reader.get().family().groups().get(EVENTS);
        if (group != null) {
          events.subscribe(group);
        }
        return Optional.of(new DevlinkMonitor(events, reader.get(), listener));
      } catch (RuntimeException | Error e) {
        events.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      reader.get().close();
      throw e;
    }
  }

  /**
   * Tells the listener what has happened, without waiting.
   *
   * @return whether anything had
   */
  public boolean poll() {
    if (!read) {
      readAll();
      return true;
    }
    boolean happened = false;
    try {
      for (int i = 0; i < MAX_RECEIVES && events.receive(dispatcher) > 0; i++) {
        happened = true;
      }
    } catch (MessagesLostException e) {
      readAll();
      happened = true;
    } catch (RuntimeException | Error e) {
      read = false; // those that came in together with the one that could not be read
      throw e;
    }
    return happened;
  }

  /** Has the next {@link #poll} read everything again. */
  public void refresh() {
    read = false;
  }

  /** How often everything was read, the first time included. */
  public long resyncs() {
    return resyncs;
  }

  /**
   * For requests. What they change is told by the next {@link #poll}.
   *
   * @return always the same one
   */
  public DevlinkSocket socket() {
    return reader;
  }

  /** The descriptor that becomes readable when there is something to {@link #poll}. */
  public int descriptor() {
    return events.descriptor();
  }

  /** Ends the subscription. */
  @Override
  public void close() {
    events.close();
    reader.close();
  }

  private void readAll() {
    read = false;
    resyncs++;
    events.discard();
    listener.onResync();
    reader.devices().forEach(listener::onDevice);
    reader.ports().forEach(listener::onPort);
    read = true;
  }

  private final class Dispatcher implements MessageHandler {
    @Override
    public void onAck(int sequence, int errno, String message, int attributeOffset) {
      // Nothing is asked on this socket.
    }

    @Override
    public void onMessage(MessageDecoder message) {
      if (message.type() != reader.family().id()) {
        return;
      }
      switch (GenericHeader.command(message)) {
        case DEVLINK_CMD_PORT_NEW -> listener.onPort(DevlinkPort.read(message));
        case DEVLINK_CMD_PORT_DEL -> listener.onPortRemoved(DevlinkPort.read(message));
        case DEVLINK_CMD_NEW -> listener.onDevice(DevlinkMessages.handle(message));
        case DEVLINK_CMD_DEL -> listener.onDeviceRemoved(DevlinkMessages.handle(message));
        default -> {
          // Parameters, regions, traps: nothing that is followed here.
        }
      }
    }
  }
}

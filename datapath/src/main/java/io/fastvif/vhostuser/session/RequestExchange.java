package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.trace.Tracing;
import io.fastvif.vhostuser.protocol.BackendRequest;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.Payload;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * A frontend's channel: takes each request to the backend and its reply or acknowledgement back,
 * and refuses what the backend asks meanwhile. Knows nothing of what the requests do. One thread at
 * a time may use it.
 */
final class RequestExchange implements AutoCloseable {
  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());

  private final MessageChannel channel;
  private final long timeoutNanos;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment entries = arena.allocate(2L * Polling.ENTRY_SIZE, Integer.BYTES);
  private final MessageTrace trace = MessageTrace.of(Tracing.current());
  private MessageChannel backendRequests;
  private boolean acknowledges;

  /**
   * @param socket connected; closed with this
   * @param timeoutMillis how long to wait for each answer
   */
  RequestExchange(FileDescriptor socket, long timeoutMillis) {
    channel = new MessageChannel(socket);
    timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  /** Whether REPLY_ACK was negotiated. */
  void setAcknowledges(boolean negotiated) {
    acknowledges = negotiated;
  }

  /** Begins a request, whose payload the caller adds before {@link #finish}. */
  Message begin(FrontendRequest request) {
    Message message = channel.sent();
    message.beginRequest(request.id(), acknowledges && request.replyPayload() == null);
    return message;
  }

  /**
   * Sends what was begun, and takes the reply or the acknowledgement, if there is one.
   *
   * @param descriptors to be passed; stay the caller's
   * @return the reply; null where nothing comes back
   * @throws ProtocolException as {@link VhostUserFrontend} says
   */
  Message finish(FrontendRequest request, int... descriptors) {
    if (trace == null) {
      return exchange(request, descriptors);
    }
    trace.begin(request, channel.sent(), descriptors.length);
    try {
      Message reply = exchange(request, descriptors);
      trace.answered(request, reply);
      return reply;
    } catch (ProtocolException | SystemCallException refused) {
      trace.failed(refused.getMessage());
      throw refused;
    }
  }

  private Message exchange(FrontendRequest request, int... descriptors) {
    boolean acknowledged = channel.sent().needsReply();
    channel.send(descriptors);
    if (request.replyPayload() == null && !acknowledged) {
      return null;
    }
    Message reply = receive(request);
    if (reply.request() != request.id() || !reply.isReply()) {
      throw new ProtocolException(
          Fault.BAD_REPLY, "request " + reply.request() + " as the answer to " + request);
    }
    if (request.replyPayload() == null) {
      reply.checkSize(Payload.U64, request + "'s acknowledgement");
      if (reply.u64() != 0) {
        throw new ProtocolException(
            Fault.FAILED_REQUEST, request + " failed: the backend says " + reply.u64());
      }
    } else {
      reply.checkSize(request.replyPayload(), request + "'s reply");
    }
    return reply;
  }

  /** Takes the one descriptor that came with a reply. */
  FileDescriptor takeDescriptor(FrontendRequest request) {
    if (channel.descriptorCount() != 1) {
      throw new ProtocolException(
          Fault.BAD_REPLY, request + " with " + channel.descriptorCount() + " descriptors");
    }
    return channel.takeDescriptor();
  }

  private Message receive(FrontendRequest request) {
    long deadline = System.nanoTime() + timeoutNanos;
    while (true) {
      int result = channel.receive();
      if (result == MessageChannel.COMPLETE) {
        return channel.received();
      }
      if (result == MessageChannel.END) {
        throw new ProtocolException(
            Fault.CLOSED, "the backend closed the connection instead of answering " + request);
      }
      await(request, deadline - System.nanoTime());
    }
  }

  private void await(FrontendRequest request, long nanos) {
    if (nanos <= 0) {
      throw new ProtocolException(
          Fault.TIMEOUT,
          request + ": no answer in " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms");
    }
    int count = 1;
    put(0, channel.descriptor());
    if (backendRequests != null) {
      put(count++, backendRequests.descriptor());
    }
    int millis = (int) Math.min(Integer.MAX_VALUE, nanos / NANOS_PER_MILLI + 1);
    int result = Polling.poll(entries, count, millis);
    if (result < 0 && result != -Errno.EINTR) {
      throw new SystemCallException("poll", -result, channel.descriptor());
    }
    answerBackend();
  }

  private void put(int index, int fd) {
    long offset = (long) index * Polling.ENTRY_SIZE;
    entries.set(INT, offset + Polling.ENTRY_DESCRIPTOR_OFFSET, fd);
    entries.set(SHORT, offset + Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
  }

  /** Answers the backend's requests that have come by another channel, from now on. */
  void answerBackendOn(MessageChannel requests) {
    closeBackendRequests();
    backendRequests = requests;
  }

  /** Answers the backend's requests that have come, without waiting. */
  void answerBackend() {
    while (backendRequests != null) {
      int result = backendRequests.receive();
      if (result == MessageChannel.INCOMPLETE) {
        return;
      }
      if (result == MessageChannel.END) {
        closeBackendRequests();
        return;
      }
      Message message = backendRequests.received();
      BackendRequest request = BackendRequest.of(message.request());
      if (request == null) {
        throw new ProtocolException(
            Fault.UNKNOWN_REQUEST, "the backend's request " + message.request());
      }
      message.checkSize(request.payload(), request.name());
      if (backendRequests.descriptorCount() > request.maxDescriptors()) {
        throw new ProtocolException(
            Fault.TOO_MANY_DESCRIPTORS,
            request + " with " + backendRequests.descriptorCount() + " descriptors");
      }
      if (request.isAnswered() || (message.needsReply() && acknowledges)) {
        backendRequests.sent().beginReply(request.id());
        backendRequests.sent().putU64(1);
        backendRequests.send();
      }
    }
  }

  private void closeBackendRequests() {
    if (backendRequests != null) {
      backendRequests.close();
      backendRequests = null;
    }
  }

  @Override
  public void close() {
    closeBackendRequests();
    channel.close();
  }
}

package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.trace.Tracing;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.Payload;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.util.OptionalLong;

/**
 * Asks a listening backend for its virtio features, without waiting for the answer: a thread can
 * have any number of such questions open. One thread at a time may use it.
 */
public final class FeaturesQuestion implements AutoCloseable {
  private static final FrontendRequest REQUEST = FrontendRequest.GET_FEATURES;

  private final MessageChannel channel;
  private final MessageTrace trace = MessageTrace.of(Tracing.current());

  private FeaturesQuestion(FileDescriptor socket) {
    channel = new MessageChannel(socket);
  }

  /**
   * Connects to the backend and asks it.
   *
   * @param path its socket
   * @throws SocketException if the path is none
   * @throws SystemCallException ENOENT if there is no socket, ECONNREFUSED if nobody listens,
   *     EACCES without the permission, EAGAIN if the backend's queue is full
   */
  public static FeaturesQuestion ask(String path) {
    FileDescriptor socket = UnixAddress.socket();
    FeaturesQuestion question;
    try {
      SystemCallException.check(UnixAddress.connect(socket.value(), path), "connect", path);
      question = new FeaturesQuestion(socket);
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
    try {
      question.channel.sent().beginRequest(REQUEST.id(), false);
      question.begun();
      question.channel.send();
      return question;
    } catch (RuntimeException | Error e) {
      question.close();
      throw e;
    }
  }

  private void begun() {
    if (trace != null) {
      trace.begin(REQUEST, channel.sent(), 0);
    }
  }

  /**
   * The features as bits; empty while there is no answer.
   *
   * @throws ProtocolException CLOSED if the backend ended the connection, BAD_REPLY if the answer
   *     is not one
   */
  public OptionalLong answer() {
    return switch (channel.receive()) {
      case MessageChannel.COMPLETE -> OptionalLong.of(features(channel.received()));
      case MessageChannel.END ->
          throw new ProtocolException(
              Fault.CLOSED, "the backend closed the connection instead of answering " + REQUEST);
      default -> OptionalLong.empty();
    };
  }

  private long features(Message reply) {
    if (reply.request() != REQUEST.id() || !reply.isReply()) {
      throw new ProtocolException(
          Fault.BAD_REPLY, "request " + reply.request() + " as the answer to " + REQUEST);
    }
    reply.checkSize(Payload.U64, REQUEST + "'s reply");
    if (trace != null) {
      trace.answered(REQUEST, reply);
    }
    return reply.u64();
  }

  @Override
  public void close() {
    if (trace != null) {
      trace.failed("no answer");
    }
    channel.close();
  }
}

package io.fastvif.vhostuser.session;

import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedExchange;
import io.fastvif.trace.Tracer;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.MessageText;

/** Tells a tracer of a connection's requests, one after the other, with their answers. */
final class MessageTrace {
  private final Tracer tracer;
  private String request;
  private long start;

  private MessageTrace(Tracer tracer) {
    this.tracer = tracer;
  }

  /** Null where nobody traces. */
  static MessageTrace of(Tracer tracer) {
    return tracer == null ? null : new MessageTrace(tracer);
  }

  /** A request is sent, or was received; the one before has ended. */
  void begin(FrontendRequest begun, Message message, int descriptors) {
    start = System.nanoTime();
    request = MessageText.request(begun, message, descriptors);
  }

  /**
   * The request has ended.
   *
   * @param reply null for none
   */
  void answered(FrontendRequest asked, Message reply) {
    if (reply == null) {
      end("(no answer asked for)", false);
    } else if (asked.replyPayload() != null) {
      end(MessageText.reply(asked, reply), false);
    } else {
      end(reply.u64() == 0 ? "ack" : "failed: " + reply.u64(), reply.u64() != 0);
    }
  }

  /** The request has come to nothing. */
  void failed(String reason) {
    end(reason, true);
  }

  private void end(String answer, boolean failed) {
    if (request != null) {
      String ended = request;
      request = null;
      long nanos = System.nanoTime() - start;
      tracer.traced(
          new TracedExchange(
              Protocol.VHOST_USER, start, nanos, 1, null, null, ended, answer, failed));
    }
  }
}

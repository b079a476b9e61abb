package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.NLM_F_ACK;
import static io.fastvif.bindings.linux.linux_h.NLM_F_DUMP;

import io.fastvif.bindings.Errno;
import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedExchange;
import io.fastvif.trace.Tracer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** The requests of a socket that are on their way, decoded; told with their answers. */
final class SocketTrace {
  private static final class Request {
    final String text;
    final String vifId;
    int objects;

    Request(String text, String vifId) {
      this.text = text;
      this.vifId = vifId;
    }
  }

  private final Tracer tracer;
  private final int protocol;
  private final Map<Integer, Request> underWay = new LinkedHashMap<>();
  private IntFunction<String> vifs = sequence -> null;
  private long start;
  private int together;

  SocketTrace(Tracer tracer, int protocol) {
    this.tracer = tracer;
    this.protocol = protocol;
  }

  void vifs(IntFunction<String> bySequence) {
    vifs = bySequence;
  }

  /** All messages of the encoder are about to be sent. */
  void send(MessageEncoder encoder) {
    abandon();
    together = encoder.messageCount();
    MessageDecoder message = new MessageDecoder().wrap(encoder.segment(), 0, encoder.length());
    while (message.next()) {
      Request request =
          new Request(MessageWords.request(protocol, message), vifs.apply(message.sequence()));
      if ((message.flags() & (NLM_F_ACK | NLM_F_DUMP)) == 0) {
        start = System.nanoTime();
        tell(request, "(no answer asked for)", false);
      } else {
        underWay.put(message.sequence(), request);
      }
    }
    start = System.nanoTime();
  }

  /** The kernel did not take them. */
  void refused(int errno) {
    for (Request request : underWay.values()) {
      tell(request, "sendmsg: " + Errno.describe(errno), true);
    }
    underWay.clear();
  }

  /** One of the objects that was asked for has come. */
  void object(int sequence) {
    Request request = underWay.get(sequence);
    if (request != null) {
      request.objects++;
    }
  }

  void answered(int sequence, int errno, String message, int attributeOffset) {
    Request request = underWay.remove(sequence);
    if (request != null) {
      String answer =
          errno == 0 && request.objects > 0
              ? request.objects + (request.objects == 1 ? " object" : " objects")
              : MessageWords.answer(errno, message, attributeOffset);
      tell(request, answer, errno != 0);
    }
  }

  void done(int sequence, int errno) {
    Request request = underWay.remove(sequence);
    if (request != null) {
      String answer =
          errno == 0
              ? request.objects + (request.objects == 1 ? " object" : " objects")
              : MessageWords.answer(errno, null, -1);
      tell(request, answer, errno != 0);
    }
  }

  /** What is not answered by now never will be. */
  void abandon() {
    for (Request request : underWay.values()) {
      tell(request, "no answer", true);
    }
    underWay.clear();
  }

  private void tell(Request request, String answer, boolean failed) {
    tracer.traced(
        new TracedExchange(
            Protocol.NETLINK,
            start,
            System.nanoTime() - start,
            together,
            null,
            request.vifId,
            request.text,
            answer,
            failed));
  }
}

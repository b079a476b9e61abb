package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.NLM_F_DUMP_INTR;

import io.fastvif.bindings.Errno;
import java.lang.foreign.MemorySegment;

/**
 * A netlink socket for one request at a time: it sends the one that is in its encoder and collects
 * the answer. What the requests are is its owner's business. One thread at a time may use it.
 */
public final class RequestSocket implements AutoCloseable {
  private static final int REQUEST_SIZE = 64 * 1024;
  private static final int DUMP_TRIES = 10;

  /** How often a request is sent whose answer has no room; objects grow while they are read. */
  private static final int LENGTH_TRIES = 4;

  /** Some requests wait for RCU and for references; the kernel warns after 10 s of that. */
  private static final int ANSWER_TIMEOUT_MILLIS = 60_000;

  /** Says in words what an encoded request asks for, for the message of an exception. */
  public interface Describer {
    /**
     * Describes a request.
     *
     * @param segment holds it
     * @param offset its first byte
     * @param length its size in bytes
     * @return such as {@code RTM_NEWLINK veth0}
     */
    String describe(MemorySegment segment, int offset, int length);
  }

  private final NetlinkSocket socket;
  private final Describer describer;
  private final MessageEncoder encoder = MessageEncoder.growing(REQUEST_SIZE);
  private final Answer answer = new Answer();

  private RequestSocket(NetlinkSocket socket, Describer describer) {
    this.socket = socket;
    this.describer = describer;
  }

  /**
   * Opens a socket in the namespace of this thread.
   *
   * @param family such as NETLINK_ROUTE
   * @param describer for the messages of exceptions
   * @throws io.fastvif.bindings.SystemCallException if the kernel refuses
   */
  public static RequestSocket open(int family, Describer describer) {
    return new RequestSocket(NetlinkSocket.open(family), describer);
  }

  /**
   * Where the request is written: one message at a time, after {@link MessageEncoder#reset()}.
   *
   * @return always the same one
   */
  public MessageEncoder encoder() {
    return encoder;
  }

  /** The socket underneath. */
  public NetlinkSocket socket() {
    return socket;
  }

  /**
   * Sends the request and waits for its answer.
   *
   * @param sequence the request's
   * @param handler gets the messages of the answer
   * @throws NetlinkException if the kernel refuses
   */
  public void query(int sequence, DumpHandler handler) {
    if (tryQuery(sequence, handler) != 0) {
      throw refused();
    }
  }

  /**
   * Sends the request and waits for its answer, where a refusal is expected and no exception.
   *
   * @param sequence the request's
   * @param handler gets the messages of the answer
   * @return 0, or the positive error number; {@link #refused()} has the rest
   */
  public int tryQuery(int sequence, DumpHandler handler) {
    handler.onBegin();
    exchange(sequence, handler);
    return answer.errno;
  }

  /**
   * The kernel's refusal of the previous request.
   *
   * @return to be thrown
   */
  public NetlinkException refused() {
    return new NetlinkException(describe(), answer.errno, answer.message, answer.attributeOffset);
  }

  /**
   * Reads many objects, again from the start if they changed meanwhile, up to 10 times.
   *
   * @param sequence the request's
   * @param handler gets each object
   * @throws NetlinkException if the kernel refuses
   * @throws DumpInterruptedException if they kept changing
   */
  public void dump(int sequence, DumpHandler handler) {
    for (int i = 0; i < DUMP_TRIES; i++) {
      if (dumpOnce(sequence, handler)) {
        return;
      }
    }
    throw new DumpInterruptedException(describe(), DUMP_TRIES);
  }

  /**
   * Reads many objects once.
   *
   * @param sequence the request's
   * @param handler gets each object
   * @return false if they changed meanwhile, so that some may be missing, and some told though they
   *     are gone; or if the kernel was still about an earlier dump, which nobody had read to its
   *     end
   * @throws NetlinkException if the kernel refuses
   */
  public boolean dumpOnce(int sequence, DumpHandler handler) {
    handler.onBegin();
    exchange(sequence, handler);
    if (answer.errno == Errno.EBUSY) {
      socket.discard();
      return false;
    }
    if (answer.errno != 0 && answer.errno != Errno.EINTR) {
      throw refused();
    }
    return answer.errno == 0 && !answer.interrupted;
  }

  /**
   * How long a request may be.
   *
   * @return bytes
   */
  public int maxRequestSize() {
    return REQUEST_SIZE;
  }

  /** Closes the socket. */
  @Override
  public void close() {
    socket.close();
  }

  /** Only answers that tell of an object are long, so nothing is carried out twice. */
  private void exchange(int sequence, DumpHandler handler) {
    for (int i = 1; ; i++) {
      try {
        exchangeOnce(sequence, handler);
        return;
      } catch (MessageTooLongException grown) {
        if (i == LENGTH_TRIES) {
          throw grown;
        }
        handler.onBegin();
      }
    }
  }

  private void exchangeOnce(int sequence, DumpHandler handler) {
    answer.expect(sequence, handler);
    socket.send(encoder);
    long deadline = System.nanoTime() + ANSWER_TIMEOUT_MILLIS * 1_000_000L;
    while (!answer.complete) {
      int count = receive();
      if (count == 0 || (!answer.complete && System.nanoTime() > deadline)) {
        throw new NetlinkException(describe(), Errno.ETIMEDOUT, "no answer in 60 s", -1);
      }
    }
  }

  /** A dump that is left half read would make the kernel refuse the next one (EBUSY). */
  private int receive() {
    try {
      return socket.receive(answer, ANSWER_TIMEOUT_MILLIS);
    } catch (RuntimeException | Error e) {
      socket.discard();
      throw e;
    }
  }

  private String describe() {
    return describer.describe(encoder.segment(), 0, encoder.length());
  }

  /** Collects the answer to one request; those to earlier, abandoned ones are passed over. */
  private static final class Answer implements MessageHandler {
    private int sequence;
    private DumpHandler handler;
    private boolean complete;
    private boolean interrupted;
    private int errno;
    private String message;
    private int attributeOffset;

    void expect(int expectedSequence, DumpHandler messageHandler) {
      sequence = expectedSequence;
      handler = messageHandler;
      complete = false;
      interrupted = false;
      errno = 0;
      message = null;
      attributeOffset = -1;
    }

    @Override
    public void onAck(int ackSequence, int error, String text, int offset) {
      if (ackSequence == sequence) {
        complete = true;
        errno = error;
        message = text;
        attributeOffset = offset;
      }
    }

    @Override
    public void onMessage(MessageDecoder decoder) {
      if (decoder.sequence() == sequence && !complete) {
        interrupted |= (decoder.flags() & NLM_F_DUMP_INTR) != 0;
        handler.onMessage(decoder);
      }
    }

    @Override
    public void onDone(int doneSequence, int error, boolean dumpInterrupted) {
      if (doneSequence == sequence) {
        complete = true;
        errno = error;
        interrupted |= dumpInterrupted;
      }
    }
  }
}

package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.NetlinkSocket;
import java.lang.foreign.Arena;

/**
 * Rtnetlink, one request at a time, for where speed does not matter. One thread at a time may use
 * it.
 *
 * <pre>
 * try (RouteSocket route = RouteSocket.open()) {
 *   route.execute(route.link().create("veth0").kind(new Veth().peerName("veth1")));
 * }
 * </pre>
 */
public final class RouteSocket implements AutoCloseable {
  private static final int REQUEST_SIZE = 64 * 1024;
  private static final int DUMP_TRIES = 10;

  /** Some requests wait for RCU and for references; the kernel warns after 10 s of that. */
  private static final int ANSWER_TIMEOUT_MILLIS = 60_000;

  private static final DumpHandler NO_MESSAGES = message -> {};

  private final NetlinkSocket socket;
  private final Arena arena = Arena.ofShared();
  private final MessageEncoder encoder = new MessageEncoder(arena.allocate(REQUEST_SIZE));
  private final LinkRequest link = new LinkRequest(encoder);
  private final AddressRequest address = new AddressRequest(encoder);
  private final RouteRequest route = new RouteRequest(encoder);
  private final BridgePortRequest bridgePort = new BridgePortRequest(encoder);
  private final Answer answer = new Answer();

  private RouteSocket(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens a socket in the namespace of this thread.
   *
   * @return it
   */
  public static RouteSocket open() {
    return new RouteSocket(NetlinkSocket.open(NETLINK_ROUTE));
  }

  /**
   * The link request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public LinkRequest link() {
    encoder.reset();
    return link;
  }

  /**
   * The address request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public AddressRequest address() {
    encoder.reset();
    return address;
  }

  /**
   * The route request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public RouteRequest route() {
    encoder.reset();
    return route;
  }

  /**
   * The bridge port request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public BridgePortRequest bridgePort() {
    encoder.reset();
    return bridgePort;
  }

  /**
   * Sends a request and waits until it is carried out.
   *
   * @param request one of this socket's, not ended
   * @throws NetlinkException if the kernel refuses
   */
  public void execute(Request request) {
    query(request, NO_MESSAGES);
  }

  /**
   * Sends a request that is answered with an object, such as {@code link().get(name)}.
   *
   * @param request one of this socket's, not ended
   * @param handler gets the answer
   * @throws NetlinkException if the kernel refuses
   */
  public void query(Request request, DumpHandler handler) {
    transact(request, handler);
    if (answer.errno != 0) {
      throw new NetlinkException(describe(), answer.errno, answer.message, answer.attributeOffset);
    }
  }

  /**
   * Reads many objects, again from the start if they changed meanwhile, up to 10 times.
   *
   * @param request one of this socket's, not ended
   * @param handler gets each object
   * @throws NetlinkException if the kernel refuses
   * @throws DumpInterruptedException if they kept changing
   */
  public void dump(Request request, DumpHandler handler) {
    end(request);
    for (int i = 0; i < DUMP_TRIES; i++) {
      if (read(request, handler)) {
        return;
      }
    }
    throw new DumpInterruptedException(describe(), DUMP_TRIES);
  }

  /**
   * Reads many objects once, for a caller that follows their events as well.
   *
   * @param request one of this socket's, not ended
   * @param handler gets each object
   * @return false if they changed meanwhile: some may be missing, and some told though they are
   *     gone
   * @throws NetlinkException if the kernel refuses
   */
  public boolean dumpOnce(Request request, DumpHandler handler) {
    end(request);
    return read(request, handler);
  }

  /**
   * The index of a link.
   *
   * @param name its name or one of its alternative names
   * @return its index, or 0 if there is no such link
   */
  public int indexOf(CharSequence name) {
    int[] index = new int[1];
    transact(link().get(name), message -> index[0] = message.getInt(InterfaceInfo.INDEX));
    if (answer.errno != 0 && answer.errno != Errno.ENODEV) {
      throw new NetlinkException(describe(), answer.errno, answer.message, answer.attributeOffset);
    }
    return index[0];
  }

  /**
   * The socket underneath.
   *
   * @return it
   */
  public NetlinkSocket socket() {
    return socket;
  }

  /** Closes the socket. */
  @Override
  public void close() {
    socket.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private boolean read(Request request, DumpHandler handler) {
    handler.onBegin();
    exchange(request, handler);
    if (answer.errno != 0 && answer.errno != Errno.EINTR) {
      throw new NetlinkException(describe(), answer.errno, answer.message, answer.attributeOffset);
    }
    return answer.errno == 0 && !answer.interrupted;
  }

  private void transact(Request request, DumpHandler handler) {
    end(request);
    handler.onBegin();
    exchange(request, handler);
  }

  private void end(Request request) {
    if (request.encoder != encoder) {
      throw new IllegalArgumentException("the request is another socket's");
    }
    if (!request.end()) {
      throw new IllegalArgumentException("the request is longer than " + REQUEST_SIZE + " bytes");
    }
  }

  private void exchange(Request request, DumpHandler handler) {
    answer.expect(request.sequence(), handler);
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
    return RequestDescription.of(encoder.segment(), 0, encoder.length());
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

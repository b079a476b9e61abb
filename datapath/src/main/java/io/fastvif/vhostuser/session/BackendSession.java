package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.event.Events;
import io.fastvif.event.VhostUserSessionEvent;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.InvalidMemoryException;
import io.fastvif.vhostuser.protocol.Answer;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A frontend's connection to a backend. For each request in turn it checks the request table, has
 * the device execute it, waits for the rings if necessary, and replies. A failure ends this session
 * and nothing else.
 */
final class BackendSession implements SessionControl {
  /** Requests handled before other sessions have their turn. */
  private static final int BURST = 32;

  private final SessionLoop loop;
  private final VhostUserBackend backend;
  private final MessageChannel channel;
  private final BackendOptions options;
  private final BackendDevice device;
  private long key;
  private final PendingCompletions pending;
  private final MessageTrace trace;

  /** Null if nobody records. */
  private final VhostUserSessionEvent event;

  private SessionLoop.Timer timer;
  private FileDescriptor passed;
  private boolean reading = true;
  private boolean held;
  private boolean owner;
  private boolean ended;

  /** Whether the frontend is not listened to: the session is being handed over. */
  private boolean frozen;

  /** Why it is to end once it is not frozen any more; null for not. */
  private String endsFor;

  /** Whether the session failed; false if the frontend just left. */
  private boolean failed;

  BackendSession(VhostUserBackend backend, FileDescriptor socket) {
    this(backend, new MessageChannel(socket));
    key = loop.add(channel.descriptor(), EPOLLIN, this::ready);
  }

  private BackendSession(VhostUserBackend backend, MessageChannel channel) {
    loop = backend.loop();
    this.backend = backend;
    this.channel = channel;
    options = backend.options();
    device = new BackendDevice(options, backend.handler());
    pending = new PendingCompletions(loop);
    trace = MessageTrace.of(backend.tracer());
    event = Events.recordSessions() ? new VhostUserSessionEvent() : null;
    if (event != null) {
      event.begin();
    }
  }

  /**
   * Takes one over from another process. It is frozen, and its rings are paused.
   *
   * @return null if its frontend's memory is not what it said: nothing is left of it, and the
   *     frontend is cut off once the other process has let go
   * @throws RuntimeException if it cannot be; nothing is left of it then
   */
  static BackendSession restore(VhostUserBackend backend, HandOverReader reader) {
    boolean owned = reader.flag();
    FileDescriptor socket = reader.takeDescriptor();
    if (socket == null) {
      throw new HandOverException("a session without its socket");
    }
    BackendSession session = new BackendSession(backend, new MessageChannel(socket));
    session.frozen = true;
    try {
      session.channel.restore(reader);
      InvalidMemoryException wrong = session.device.restore(reader);
      if (wrong != null) {
        session.abandon(wrong.getMessage());
        backend.complain(wrong.getMessage());
        return null;
      }
      if (owned) {
        session.owner = true;
        backend.handler().connected(session);
      }
      return session;
    } catch (RuntimeException | Error e) {
      session.abandon("it cannot be taken over");
      throw e;
    }
  }

  void save(HandOverWriter writer) {
    writer.flag(owner).descriptor(channel.descriptor());
    channel.save(writer, held);
    device.save(writer);
  }

  BackendDevice device() {
    return device;
  }

  boolean isOwner() {
    return owner;
  }

  /** Listens to the frontend no more, and does not end, until {@link #thaw}. */
  void freeze() {
    frozen = true;
    if (!ended) { // else it is closed already, and its rings are about to stop
      loop.remove(channel.descriptor(), key);
    }
  }

  /** Whether it is frozen and nothing is under way. */
  boolean isQuiet() {
    return !ended && pending.isDone() && timer == null && endsFor == null;
  }

  /** Stops the rings of a quiet session; the task runs when they have stopped. */
  void pause(Runnable then) {
    device.pause(pending);
    pending.whenDone(then);
  }

  /** Starts the rings that were paused, when all of them have stopped. */
  void resume(Runnable then) {
    pending.whenDone(
        () -> {
          device.resume(pending);
          pending.whenDone(then);
        });
  }

  /** Listens to the frontend again, or for the first time in this process. */
  void thaw() {
    if (!frozen) {
      return;
    }
    frozen = false;
    if (ended) {
      return;
    }
    if (endsFor != null) {
      finish(endsFor);
      return;
    }
    key = loop.add(channel.descriptor(), reading ? EPOLLIN : 0, this::ready);
    if (reading) {
      // a message may have been received whole before
      loop.execute(() -> ready(0));
    }
  }

  /**
   * Lets everything go of a frozen session whose rings are paused; its frontend notices nothing.
   */
  void abandon(String reason) {
    ended = true;
    cancelTimer();
    Contained.run("a session's socket", channel::close);
    device.release();
    recordEnd(reason);
  }

  private void ready(int events) {
    if (!reading && (events & (EPOLLHUP | EPOLLERR)) != 0) {
      // Nothing else is waited for, and the hang-up is told again and again.
      finish("the frontend has closed the connection");
      return;
    }
    try {
      for (int i = 0; i < BURST && reading && !ended && !frozen; i++) {
        switch (channel.receive()) {
          case MessageChannel.INCOMPLETE -> {
            return;
          }
          case MessageChannel.END -> finish("the frontend has closed the connection");
          default -> request();
        }
      }
    } catch (RuntimeException | Error e) {
      finish(e);
    }
  }

  /**
   * Ends the session for what went wrong; a fault of ours or of the port's is told by its class.
   */
  private void finish(Throwable thrown) {
    boolean expected =
        thrown instanceof ProtocolException
            || thrown instanceof InvalidMemoryException
            || thrown instanceof SystemCallException;
    failed = true;
    finish(expected ? thrown.getMessage() : thrown.toString());
  }

  /** The request that was received; it may have been held before. */
  private void request() {
    Message message = channel.received();
    FrontendRequest request = check(message);
    if (!device.isIntact()) {
      // Rings notice it when they use it; this is for what the requests' own work uses.
      finish("the frontend has shrunk the memory that it shares");
      return;
    }
    if (request.isOwners() && !owner) {
      if (!backend.claim(this)) {
        held = true;
        wantsToRead(false);
        return;
      }
      owner = true;
      backend.handler().connected(this);
    }
    boolean needsReply = message.needsReply();
    if (trace != null) {
      trace.begin(request, message, channel.descriptorCount());
    }
    Reply reply;
    try {
      reply = device.execute(request, channel, pending);
    } catch (ProtocolException | InvalidMemoryException | SystemCallException e) {
      if (trace != null) {
        trace.failed(e.getMessage());
      }
      refuse(request, needsReply);
      throw e;
    }
    channel.closeDescriptors();
    if (!pending.isDone()) {
      wantsToRead(false);
      timer =
          loop.after(
              backend.patienceMillis(),
              () -> finish(request + ": the rings did not follow in time"));
    }
    passed = reply.descriptor();
    pending.whenDone(() -> answer(request, needsReply, reply));
  }

  private FrontendRequest check(Message message) {
    FrontendRequest request = FrontendRequest.of(message.request());
    if (request == null) {
      throw new ProtocolException(
          Fault.UNKNOWN_REQUEST, "request " + Integer.toUnsignedLong(message.request()));
    }
    if (message.isReply()) {
      throw new ProtocolException(Fault.BAD_HEADER, request + " with the flag of a reply");
    }
    if (request.refusal() != null) {
      throw new ProtocolException(Fault.REFUSED, request + ": " + request.refusal());
    }
    if (!request.isAllowed(options.protocolFeatures(), device.protocolFeatures())) {
      throw new ProtocolException(
          Fault.NOT_NEGOTIATED, request + ": " + request.feature() + " was not negotiated");
    }
    message.checkSize(request.payload(), request.name());
    int descriptors = channel.descriptorCount();
    if (descriptors > request.maxDescriptors()) {
      throw new ProtocolException(
          Fault.TOO_MANY_DESCRIPTORS, request + " with " + descriptors + " descriptors");
    }
    if (descriptors < request.minDescriptors()) {
      throw new ProtocolException(
          Fault.TOO_FEW_DESCRIPTORS, request + " with " + descriptors + " descriptors");
    }
    return request;
  }

  /** Tells a frontend that asked whether a request was done that it was not. */
  private void refuse(FrontendRequest request, boolean needsReply) {
    if (isAcknowledged(request, needsReply)) {
      channel.sent().beginReply(request.id());
      Reply.NOT_DONE.write(channel.sent());
      try {
        channel.send();
      } catch (ProtocolException | SystemCallException notRead) {
        // the session ends for what was wrong before
      }
    }
  }

  private boolean isAcknowledged(FrontendRequest request, boolean needsReply) {
    return request.answer() == Answer.NONE
        && needsReply
        && ProtocolFeature.REPLY_ACK.isIn(device.protocolFeatures());
  }

  private void answer(FrontendRequest request, boolean needsReply, Reply reply) {
    cancelTimer();
    try {
      boolean isAnswered = request.answer() == Answer.REPLY || isAcknowledged(request, needsReply);
      if (isAnswered) {
        channel.sent().beginReply(request.id());
        reply.write(channel.sent());
        if (passed == null) {
          channel.send();
        } else {
          channel.send(passed.value());
        }
      }
      if (trace != null) {
        trace.answered(request, isAnswered ? channel.sent() : null);
      }
      closePassed();
      wantsToRead(true);
    } catch (RuntimeException | Error e) {
      finish(e);
    }
  }

  private void closePassed() {
    SessionRing.close(passed);
    passed = null;
  }

  private void wantsToRead(boolean wanted) {
    if (!ended && reading != wanted) {
      reading = wanted;
      if (!frozen) {
        loop.modify(channel.descriptor(), wanted ? EPOLLIN : 0, key);
      }
    }
  }

  /** The port is free: a request that was held goes on. */
  void resume() {
    if (held && !ended) {
      held = false;
      try {
        wantsToRead(true);
        request();
      } catch (RuntimeException | Error e) {
        finish(e);
      }
    }
  }

  /** Ends the session: the connection at once, the device when its rings have stopped. */
  void finish(String reason) {
    if (ended) {
      return;
    }
    if (frozen) {
      endsFor = endsFor == null ? reason : endsFor;
      return;
    }
    endNow(reason);
  }

  /**
   * Ends a frozen session that is to end, which must not have been saved: nothing of it is
   * elsewhere yet.
   */
  void endIfDue() {
    if (endsFor != null && !ended) {
      endNow(endsFor);
    }
  }

  private void endNow(String reason) {
    ended = true;
    if (trace != null) {
      trace.failed(reason);
    }
    cancelTimer();
    if (!frozen) {
      loop.remove(channel.descriptor(), key);
    }
    Contained.run("a session's socket", channel::close);
    // What the last request waits for comes first: a ring that is stopping is not to be told
    // again.
    pending.whenDone(
        () -> {
          device.stopAll(pending);
          pending.whenDone(() -> gone(reason));
        });
  }

  private void gone(String reason) {
    Contained.run("a reply's descriptor", this::closePassed);
    device.release();
    if (owner) {
      Contained.run("a port", () -> backend.handler().disconnected(reason));
    }
    recordEnd(reason);
    backend.ended(this, reason, failed);
  }

  private void recordEnd(String reason) {
    if (event != null) {
      event.namespace = backend.namespace();
      event.owner = owner;
      event.failed = failed;
      event.reason = reason;
      event.commit();
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  @Override
  public CurrentGuestMemory memory() {
    return device.memory();
  }

  @Override
  public long protocolFeatures() {
    return device.protocolFeatures();
  }

  @Override
  public boolean awaitsMemory() {
    return device.awaitsMemory();
  }

  @Override
  public void ringFailed(int ring, String reason) {
    loop.execute(
        () -> {
          int fd = ended ? RingSettings.NONE : device.errorDescriptor(ring);
          backend.ringFailed(ring, reason);
          if (fd != RingSettings.NONE) {
            try (Arena arena = Arena.ofConfined()) {
              MemorySegment one = arena.allocate(ValueLayout.JAVA_LONG);
              one.set(ValueLayout.JAVA_LONG, 0, 1);
              // It does not block: the descriptor was checked. Nobody waits for its success.
              FileIo.write(fd, one, Long.BYTES);
            }
          }
        });
  }

  @Override
  public void end(String reason) {
    loop.execute(() -> finish(reason));
  }
}

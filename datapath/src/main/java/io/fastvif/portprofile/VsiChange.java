package io.fastvif.portprofile;

import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_ASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_DISASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_PREASSOCIATE_RR;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.PortRequest;
import io.fastvif.plan.PortAssociation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * 802.1Qbg: lldpad discovers a VSI to the switch, or takes that back. It is asked one question
 * after another, the next when the one before is answered.
 *
 * <p>A VSI that lldpad has with the switch's consent is associated once more, because lldpad does
 * not say whether it was pre-associated; and its answer of before is taken for that to this
 * request, because lldpad gives it until the new one has come.
 */
final class VsiChange implements PortChange {
  private enum Question {
    /** How the VSI stands before anything is done. */
    STATUS_BEFORE,
    REQUEST,
    /** How the VSI stands since. */
    STATUS,
    /** To disassociate the VSI, and be done with it. */
    TAKE_BACK
  }

  /** lldpad answers at once, unless it hangs. */
  private static final int SILENCE_SECONDS = 2;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final PortAssociation.Vsi vsi;
  private final int operation;
  private final Deadline deadline;
  private LldpadSocket lldpad;
  private Question question = Question.STATUS_BEFORE;

  /** Until when lldpad owes the answer to the question; null if it is not to be asked yet. */
  private Deadline answer;

  private boolean isSent;
  private long answerPause;

  /** Whether the switch had consented before. */
  private boolean had;

  /** Whether lldpad may have the VSI from now. */
  private boolean isRequested;

  /** Whether lldpad did not have the VSI when it was last asked. */
  private boolean isMissing;

  /** Why lldpad has not taken the request; 0 if it has, or has not answered. */
  private int refusal;

  /** Null as long as nobody has given it up. */
  private PortRefusedException givenUp;

  /** Why the VSI is taken back. */
  private PortRefusedException failure;

  /** When the question, and when the request was sent, as {@link System#nanoTime()}. */
  private long asked;

  private long requested;

  private VsiChange(PortAssociation.Vsi vsi, int operation, int timeoutSeconds) {
    this.vsi = vsi;
    this.operation = operation;
    deadline = new Deadline(timeoutSeconds);
    if (associates()) {
      ToldRefusals.await(vsi.instance());
    }
  }

  static VsiChange associate(PortAssociation.Vsi vsi, boolean preassociate, int timeoutSeconds) {
    int operation = preassociate ? PORT_REQUEST_PREASSOCIATE_RR : PORT_REQUEST_ASSOCIATE;
    return new VsiChange(vsi, operation, timeoutSeconds);
  }

  /** Of a VSI that lldpad does not have, or where there is no lldpad, there is nothing to do. */
  static VsiChange disassociate(PortAssociation.Vsi vsi, int timeoutSeconds) {
    return new VsiChange(vsi, PORT_REQUEST_DISASSOCIATE, timeoutSeconds);
  }

  private boolean associates() {
    return operation != PORT_REQUEST_DISASSOCIATE;
  }

  @Override
  public Optional<Boolean> look() throws IOException {
    try {
      if (lldpad == null) {
        lldpad = new LldpadSocket(portId());
      }
      return converse();
    } catch (NoSuchFileException absent) {
      if (!associates()) {
        return Optional.of(false); // the switch forgets a VSI that nobody keeps alive
      }
      throw absent;
    } catch (SystemCallException refused) {
      if (refused.errno() != Errno.ECONNREFUSED) {
        throw withdrawn(refused);
      }
      if (!associates()) {
        return Optional.of(false);
      }
      throw failure != null ? failure : new IOException(nobody(), refused);
    } catch (RuntimeException failed) {
      throw withdrawn(failed);
    }
  }

  private RuntimeException withdrawn(RuntimeException failed) {
    try {
      if (associates() && isRequested) {
        send(Question.TAKE_BACK);
      }
    } catch (RuntimeException also) {
      failed.addSuppressed(also);
    }
    return failed;
  }

  private String nobody() {
    return "no lldpad is at the process id of "
        + vsi.lldpadPidFile()
        + " in this network namespace";
  }

  /** The pid file's number; it may be padded with zero bytes. */
  private int portId() throws IOException {
    Path pidFile = HostPath.of(vsi.lldpadPidFile());
    String text = Files.readString(pidFile, StandardCharsets.ISO_8859_1);
    String digits = text.replaceFirst("(?s)[^0-9].*", "");
    try {
      return Integer.parseUnsignedInt(digits);
    } catch (NumberFormatException empty) {
      throw new IOException(
          pidFile + " does not begin with a process id: expected lldpad's", empty);
    }
  }

  private Optional<Boolean> converse() throws PortRefusedException {
    while (true) {
      if (isSent && lldpad.receive()) {
        isSent = false;
        answer = null;
        Optional<Boolean> end = answered();
        if (end.isPresent()) {
          return end;
        }
      }
      if (question != Question.TAKE_BACK && (givenUp != null || deadline.isOver())) {
        fail(givenUp != null ? givenUp : missed());
      }
      if (answer == null) {
        if (question != Question.TAKE_BACK && deadline.untilDue() > 0) {
          return Optional.empty();
        }
        answer = new Deadline(SILENCE_SECONDS);
        answerPause = FIRST_PAUSE_NANOS;
      } else if (answer.isOver()) {
        throw silence();
      }
      if (isSent) {
        return Optional.empty();
      }
      if (!send(question)) {
        if (question != Question.TAKE_BACK) {
          answer = new Deadline(SILENCE_SECONDS); // it cannot owe what it has no room for
        }
        return Optional.empty();
      }
    }
  }

  /** False if lldpad has no room for the question now. */
  private boolean send(Question next) {
    LinkRequest link = lldpad.link();
    switch (next) {
      case STATUS_BEFORE, STATUS -> link.get(vsi.index()).name(vsi.device());
      case REQUEST -> encode(link, operation);
      case TAKE_BACK -> encode(link, PORT_REQUEST_DISASSOCIATE);
    }
    asked = System.nanoTime();
    isSent = lldpad.send();
    if (isSent && next == Question.REQUEST) {
      isRequested = true;
      requested = System.nanoTime();
    }
    return isSent;
  }

  /** Writes the message that libvirt sends too. */
  private void encode(LinkRequest link, int wanted) {
    link.set(vsi.index()).name(vsi.device());
    new PortRequest(link)
        .filter(vsi.mac().value(), vsi.vlanId())
        .begin(PortRequest.SELF)
        .vsiType(vsi.managerId(), vsi.typeId(), vsi.typeVersion())
        .instance(vsi.instance())
        .request(wanted)
        .end();
  }

  /** Goes on to the next question; returns the end if there is none. */
  private Optional<Boolean> answered() throws PortRefusedException {
    int errno = lldpad.errno();
    if (question == Question.TAKE_BACK) {
      throw errno == 0 || isUnknown(errno)
          ? failure
          : failure.and("lldpad did not take it back: " + Errno.name(errno));
    }
    if (question == Question.REQUEST) {
      requestAnswered(errno);
      return Optional.empty();
    }
    if (errno != 0 && !isUnknown(errno)) {
      fail(refused(errno));
      return Optional.empty();
    }
    ToldRefusals.tell(lldpad.responses(), asked);
    return statusTold(lldpad.responses().get(vsi.instance()));
  }

  private void requestAnswered(int errno) throws PortRefusedException {
    refusal = errno;
    if (errno == 0) {
      question = Question.STATUS;
      isMissing = false;
    } else {
      isRequested = false;
      if (!mayChange(errno)) {
        fail(refused(errno));
      }
      deadline.pause();
    }
  }

  /**
   * @param response null if lldpad does not have the VSI
   */
  private Optional<Boolean> statusTold(Integer response) throws PortRefusedException {
    boolean before = question == Question.STATUS_BEFORE;
    if (!associates() && response == null) {
      return Optional.of(!before);
    }
    if (before) {
      had = response != null && PortResponse.isSuccess(response);
      question = Question.REQUEST;
      return Optional.empty();
    }
    if (associates()) {
      int said = response == null ? ToldRefusals.take(vsi.instance(), requested) : response;
      if (PortResponse.isSuccess(said)) {
        return Optional.of(!had);
      }
      if (PortResponse.isRefusal(said)) {
        isRequested = response != null;
        fail(
            new PortRefusedException(
                FailureKind.OTHER, "the switch refused: " + PortResponse.text(said)));
      } else if (response == null) {
        // Somebody else was told of a refusal, and hands it on by the next time; or else lldpad
        // took
        // it for a protocol that the device was not configured for yet.
        question = isMissing ? Question.REQUEST : Question.STATUS;
        isMissing = true;
      }
    }
    deadline.pause();
    return Optional.empty();
  }

  /**
   * Whether another try may do: lldpad has not taken note of the device yet, or not agreed with the
   * switch on EVB, which takes seconds after the link is up, or waits for the switch's answer to
   * the request before.
   */
  private static boolean mayChange(int errno) {
    return isUnknown(errno) || errno == Errno.EPROTONOSUPPORT || errno == Errno.EBUSY;
  }

  /** Whether lldpad does not know the device. */
  private static boolean isUnknown(int errno) {
    return errno == Errno.ENODEV || errno == Errno.ENXIO;
  }

  private PortRefusedException refused(int errno) {
    String words =
        isUnknown(errno)
            ? "lldpad is not configured for " + vsi.device()
            : "lldpad refused: " + Errno.name(errno);
    return new PortRefusedException(FailureKind.ofErrno(errno), words);
  }

  /** What is not there yet although the time is up. */
  private PortRefusedException missed() {
    if (refusal == Errno.EPROTONOSUPPORT) {
      return deadline.missed("lldpad and the switch have not agreed on EVB for " + vsi.device());
    }
    if (refusal != 0) {
      return refused(refusal);
    }
    boolean isAsked = answer != null && question != Question.STATUS;
    return deadline.missed(isAsked ? "lldpad did not answer" : "the switch did not answer");
  }

  /** Has the VSI taken back, or ends with that if there is nothing to be taken back. */
  private void fail(PortRefusedException reason) throws PortRefusedException {
    boolean isLeft = associates() ? isRequested : reason == givenUp && question != Question.STATUS;
    if (!isLeft) {
      throw reason;
    }
    failure = reason;
    question = Question.TAKE_BACK;
    isSent = false;
    answer = null;
  }

  /** lldpad hangs: what was sent to it, it does if it goes on, in the order in which it came. */
  private PortRefusedException silence() {
    PortRefusedException silent = answer.missed("lldpad did not answer");
    if (question == Question.TAKE_BACK) {
      return failure.and(
          isSent ? "lldpad did not say that it took it back" : "lldpad could not be told");
    }
    return associates() && isRequested && !send(Question.TAKE_BACK)
        ? silent.and("it could not be told to take the VSI back")
        : silent;
  }

  @Override
  public long pauseNanos() {
    if (answer == null) {
      return deadline.untilDue();
    }
    long pause = answerPause;
    answerPause = Math.min(2 * answerPause, LONGEST_PAUSE_NANOS);
    long left = question == Question.TAKE_BACK ? answer.left() : deadline.left();
    return Math.clamp(left, 0, pause);
  }

  @Override
  public void giveUp(String reason) {
    givenUp = new PortRefusedException(FailureKind.OTHER, reason);
  }

  @Override
  public void close() {
    ToldRefusals.forget(vsi.instance());
    if (lldpad != null) {
      lldpad.close();
    }
  }
}

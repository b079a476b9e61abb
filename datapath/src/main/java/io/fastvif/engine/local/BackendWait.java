package io.fastvif.engine.local;

import static io.fastvif.bindings.linux.linux_h.VIRTIO_F_VERSION_1;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.plan.WaitingStep;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.session.FeaturesQuestion;
import io.fastvif.vhostuser.session.SocketException;
import io.fastvif.vhostuser.session.SocketOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Waits for a vhost-user backend that a hypervisor can use, and gives it its socket's owner. */
public final class BackendWait implements StepWait {
  private static final int ANSWER_MILLIS = 5000;
  private static final long PAUSE_NANOS = 20_000_000L;

  private final WaitingStep.AwaitBackend step;
  private final long deadline;
  private FeaturesQuestion question;
  private long asked;
  private String givenUp;

  public BackendWait(WaitingStep.AwaitBackend step) {
    this.step = step;
    deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(step.timeoutMillis());
  }

  @Override
  public State look() throws IOException {
    String problem;
    try {
      problem = problem();
    } catch (SystemCallException | ProtocolException refused) {
      close();
      problem = refused.getMessage();
    } catch (SocketException wrong) {
      throw new FastvifIOException(wrong.getMessage(), wrong);
    }
    if (problem == null) {
      boolean changed = step.access() != null && SocketFiles.give(step.path(), step.access());
      return changed ? State.CHANGED : State.SATISFIED;
    }
    if (givenUp != null) {
      throw new FastvifIOException(FailureKind.OTHER, givenUp);
    }
    if (System.nanoTime() - deadline >= 0) {
      throw new FastvifIOException(
          FailureKind.TIMED_OUT,
          problem + " after " + step.timeoutMillis() + " ms: expected a vhost-user backend");
    }
    return State.WAITING;
  }

  /** What keeps a hypervisor from using the backend behind that socket; null for nothing. */
  private String problem() {
    if (question == null) {
      if (!Files.exists(HostPath.of(step.path()), LinkOption.NOFOLLOW_LINKS)) {
        return "there is no such socket";
      }
      if (SocketOwner.of(step.path()).filter(SocketOwner::servesOnce).isPresent()) {
        return null; // it listens, and would end with a connection that is not the hypervisor's
      }
      question = FeaturesQuestion.ask(step.path());
      asked = System.nanoTime();
    }
    OptionalLong features = question.answer();
    if (features.isEmpty()) {
      if (System.nanoTime() - asked > TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS)) {
        close(); // and it is asked again
      }
      return "GET_FEATURES: no answer";
    }
    close();
    return DeviceFeature.isIn(features.getAsLong(), VIRTIO_F_VERSION_1)
        ? null
        : String.format(
            "the backend offers features 0x%x, without VERSION_1", features.getAsLong());
  }

  @Override
  public long pauseNanos() {
    return Math.clamp(deadline - System.nanoTime(), 0, PAUSE_NANOS);
  }

  @Override
  public void giveUp(String reason) {
    givenUp = reason;
  }

  @Override
  public void close() {
    if (question != null) {
      question.close();
      question = null;
    }
  }
}

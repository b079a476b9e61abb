package io.fastvif.engine.kernel;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.plan.NetlinkStep;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The way of one link to its new name, a message a round. As a rule that is one message. A kernel
 * before 6.2 refuses a link that is up (EBUSY): it is taken down, renamed and brought up again. A
 * name that another link is about to leave, in a plan under way, is waited for; and because that
 * one may be waiting for this one's name, this one steps aside to a name that nobody wants. What
 * has become of the link is looked at after the kernel's word: others rename links too. If it comes
 * to nothing, the link gets back its name and comes up again.
 *
 * <p>Taking a link down drops its routes and its IPv6 addresses, and a representor has neither.
 */
public final class Renaming {
  /** How long other plans under way may take to leave the name; their other steps may be slow. */
  private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Two messages in vain, then a link steps aside. */
  private static final int TRIES_IN_PLACE = 2;

  /** From here on whoever has the name is busy with something that takes its time. */
  private static final int TRIES_AT_ONCE = 64;

  private static final String ASIDE = "fv-r";

  /** What the answer leads to. */
  public enum Verdict {
    /** One more message. */
    AGAIN,
    /** One more message, in a moment. */
    LATER,
    /** The link has its new name. */
    DONE,
    /** It has its old name: {@link #errno()} and {@link #detail()} say why. */
    FAILED
  }

  private enum Message {
    NAME,
    DOWN,
    ASIDE,
    RESTORE
  }

  /** What is known of the other links. */
  public interface Links {
    /** The index of the link of that name, or a negative number. */
    int linkIndex(String name);

    /** Whether a plan under way will rename the link of that index. */
    boolean isLeaving(int index);
  }

  private final LongSupplier clock;
  private Message message = Message.NAME;
  private Message afterDown = Message.NAME;
  private int index;
  private boolean down;
  private boolean moved;
  private int tries;
  private long begun;
  private int errno;
  private String detail;

  public Renaming() {
    this(System::nanoTime);
  }

  /**
   * @param clock in nanoseconds
   */
  public Renaming(LongSupplier clock) {
    this.clock = clock;
  }

  /** Forgets everything, for the next link. */
  public void reset() {
    message = Message.NAME;
    down = false;
    moved = false;
    tries = 0;
    errno = 0;
    detail = null;
  }

  /** Writes the next message, all but its end. */
  public void encode(LinkRequest link, int linkIndex, NetlinkStep.RenameLink step) {
    index = linkIndex;
    link.set(linkIndex);
    switch (message) {
      case NAME -> link.name(step.newName());
      case DOWN -> link.down();
      case ASIDE -> link.name(ASIDE + linkIndex);
      case RESTORE -> {
        if (moved) {
          link.name(step.name());
        }
      }
    }
    // Of a request, the kernel takes the name first (do_setlink in net/core/rtnetlink.c).
    if (down && (message == Message.NAME || message == Message.RESTORE)) {
      link.up();
    }
  }

  /** Takes the answer to the message. */
  public Verdict answered(NetlinkStep.RenameLink step, int result, String text, Links links) {
    return switch (message) {
      case NAME -> named(step, result, text, links);
      case DOWN -> {
        if (result != 0) {
          yield failed(-result, text);
        }
        down = true;
        message = afterDown;
        yield Verdict.AGAIN;
      }
      case ASIDE -> {
        if (result != 0) {
          yield refused(result, text);
        }
        moved = true;
        message = Message.NAME;
        yield Verdict.AGAIN;
      }
      case RESTORE -> Verdict.FAILED;
    };
  }

  private Verdict named(NetlinkStep.RenameLink step, int result, String text, Links links) {
    int bearer = links.linkIndex(step.newName());
    if (result == 0) {
      if (bearer == index) {
        return Verdict.DONE;
      }
      down = false; // the message brought it up
      moved = true;
      return ++tries < TRIES_IN_PLACE
          ? Verdict.AGAIN
          : failed(Errno.ENODEV, "another program renames the link too");
    }
    if (result != -Errno.EEXIST) {
      moved |= bearer == index;
      return refused(result, text);
    }
    if (bearer == index) {
      return failed(Errno.EEXIST, "it is an alternative name of the link itself");
    }
    if (bearer > 0 && !links.isLeaving(bearer)) {
      return failed(Errno.EEXIST, "the name is taken by the link of index " + bearer);
    }
    if (++tries == 1) {
      begun = clock.getAsLong();
    } else if (clock.getAsLong() - begun > MAX_WAIT_NANOS) {
      return failed(Errno.EEXIST, "the link of index " + bearer + " does not leave the name");
    }
    if (!moved && tries == TRIES_IN_PLACE) {
      message = Message.ASIDE;
    }
    return tries < TRIES_AT_ONCE ? Verdict.AGAIN : Verdict.LATER;
  }

  private Verdict refused(int result, String text) {
    if (result != -Errno.EBUSY || down) {
      return failed(-result, text);
    }
    afterDown = message;
    message = Message.DOWN;
    return Verdict.AGAIN;
  }

  private Verdict failed(int reason, String text) {
    errno = reason;
    detail = text == null ? "" : text;
    if (!moved && !down) {
      return Verdict.FAILED;
    }
    message = Message.RESTORE;
    return Verdict.AGAIN;
  }

  /** The positive error number. */
  public int errno() {
    return errno;
  }

  /** What is to be said about the failure. */
  public String detail() {
    return detail;
  }
}

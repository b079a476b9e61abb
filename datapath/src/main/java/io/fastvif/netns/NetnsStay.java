package io.fastvif.netns;

/**
 * Work in a namespace on a thread that belongs to somebody else, who gets it back in the namespace
 * that it came from. Several such stays may take turns on one thread, each in a namespace of its
 * own: each has to {@link #resume} before it does something. Not for virtual threads.
 */
public final class NetnsStay implements AutoCloseable {
  /** The thread's own namespace, and where it is now. */
  private static final class Home {
    final Netns netns = Netns.current();
    int stays;
    NetnsStay current;
  }

  private static final ThreadLocal<Home> HOME = new ThreadLocal<>();

  private final Home home;
  private final Netns netns;

  private NetnsStay(Home home, Netns netns) {
    this.home = home;
    this.netns = netns;
  }

  /**
   * Moves the calling thread into a namespace.
   *
   * @param namespace null for the one that the thread was in before the first stay; may be closed
   *     afterwards
   * @throws io.fastvif.bindings.SystemCallException EPERM without CAP_SYS_ADMIN, EMFILE; the thread
   *     is where it was then
   */
  public static NetnsStay begin(Netns namespace) {
    Home home = HOME.get();
    boolean first = home == null;
    if (first) {
      home = new Home();
    }
    Netns own = null;
    try {
      home.current = null;
      (namespace == null ? home.netns : namespace).enter();
      own = Netns.current();
    } finally {
      if (own == null && first) {
        try (Netns left = home.netns) {
          left.enter();
        }
      }
    }
    HOME.set(home);
    home.stays++;
    NetnsStay stay = new NetnsStay(home, own);
    home.current = stay;
    return stay;
  }

  /** Moves the calling thread, which must be the one that began it, back into the namespace. */
  public void resume() {
    if (home.current != this) {
      netns.enter(); // refused, it leaves the thread where it is
      home.current = this;
    }
  }

  /** As {@link #resume}; returns why that cannot be done, or null. */
  public RuntimeException tryResume() {
    try {
      resume();
      return null;
    } catch (RuntimeException refused) {
      return refused;
    }
  }

  /** Where this stay is; closed with it. */
  public Netns namespace() {
    return netns;
  }

  /** Moves the thread back to where it was before its first stay. */
  @Override
  public void close() {
    if (home.current == this) {
      home.current = null;
    }
    netns.close();
    try {
      home.netns.enter();
      home.current = null;
    } finally {
      if (--home.stays == 0) {
        HOME.remove();
        home.netns.close();
      }
    }
  }
}

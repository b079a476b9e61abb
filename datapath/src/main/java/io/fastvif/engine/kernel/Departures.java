package io.fastvif.engine.kernel;

/** Hears from the kernel which links are gone. */
public interface Departures extends AutoCloseable {
  /** Who wants to know. Its methods are called on a thread of the departures'. */
  interface Listener {
    /** Whether a link's being gone is of interest. */
    boolean awaits(int index);

    /** A link is gone, for whoever looks. */
    void gone(int index);
  }

  /** Ends the telling. */
  @Override
  void close();
}

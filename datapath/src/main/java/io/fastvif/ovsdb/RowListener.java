package io.fastvif.ovsdb;

/**
 * Keeps what it needs of the monitored rows. Called on the client's thread under the lock that
 * {@link OvsdbClient#read} takes.
 */
public interface RowListener {

  /** All rows are forgotten: what follows is all that there is. */
  void cleared();

  /**
   * A row came, went or changed.
   *
   * @param before null if it came
   * @param after null if it went
   */
  void changed(String table, OvsdbRow before, OvsdbRow after);

  /** From now on the rows are those of the server; they were not since the connection was lost. */
  default void current() {}
}

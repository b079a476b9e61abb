package io.fastvif.engine.ovs;

import io.fastvif.ovsdb.OvsdbTransaction;
import java.util.ArrayList;
import java.util.List;

/**
 * The transaction of a batch while it is written, with who each of its operations is for: an
 * operation that the database refuses is one plan's, or that of several.
 */
final class BatchOperations {
  private final OvsdbTransaction transaction = new OvsdbTransaction(OvsBatch.DATABASE);
  private final List<OvsRequest> owners = new ArrayList<>();
  private OvsRequest owner;
  private boolean includes;
  private int names;

  /** What operations are written to. */
  OvsdbTransaction transaction() {
    return transaction;
  }

  /** Begins the operations of one request. */
  void begin(OvsRequest request) {
    owner = request;
    request.changes = false;
    includes = false;
  }

  /**
   * Ends the operations of that request.
   *
   * @return whether there are any
   */
  boolean end() {
    owner = null;
    return includes;
  }

  /** The request whose operations are being written. */
  OvsRequest current() {
    return owner;
  }

  /** Notes that the operation of that place is for the current request alone. */
  void owned(int place) {
    while (owners.size() < place) {
      owners.add(null);
    }
    owners.add(owner);
    include();
  }

  /** Notes that the current request has a part in operations that are written in the end. */
  void include() {
    includes = true;
    owner.changes = true;
  }

  /**
   * Notes that the current request counts on something that was written to be expected: where it is
   * not so, that is no fault of the request, which is held against newer rows.
   */
  void assumed() {
    includes = true;
  }

  /** A number for names of rows that no other name of the transaction has. */
  int nextName() {
    return ++names;
  }

  /** Who an operation was for; null if it was for several. */
  OvsRequest owner(int operation) {
    return operation >= 0 && operation < owners.size() ? owners.get(operation) : null;
  }
}

package io.fastvif.engine.kernel;

import static io.fastvif.bindings.linux.linux_h.RTM_NEWADDR;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWNEIGH;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWNEXTHOP;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWROUTE;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWRULE;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.EntryRequest;
import io.fastvif.plan.EntryStep;
import io.fastvif.plan.LinkEntry;

/** Writes the steps on what hangs on links. */
final class EntryEncoder {
  private final EntryRequest request;

  EntryEncoder(MessageEncoder encoder) {
    request = new EntryRequest(encoder);
  }

  /** The sequence number of the message encoded last. */
  int sequence() {
    return request.sequence();
  }

  /**
   * Encodes a step.
   *
   * @param index of the step's link
   * @return whether there was room
   */
  boolean encode(EntryStep step, int index) {
    LinkEntry entry = step.entry();
    int type = type(entry.kind());
    byte[] body = entry.body();
    String name = step.name();
    EntryRequest begun =
        switch (step) {
          case EntryStep.Add add ->
              entry.isChecked()
                  ? request.addAddressAtOnce(body, index, name)
                  : request.add(type, body, index, name);
          case EntryStep.Delete delete -> request.delete(type, body, index, name);
          case EntryStep.Replace replace -> request.replace(type, body, index, name);
          case EntryStep.Change change -> request.change(type, body, index, name);
          case EntryStep.Settle settle -> request.replace(type, body, index, name);
        };
    return begun.end();
  }

  private static int type(LinkEntry.Kind kind) {
    return switch (kind) {
      case ADDRESS -> RTM_NEWADDR;
      case ROUTE -> RTM_NEWROUTE;
      case NEXT_HOP -> RTM_NEWNEXTHOP;
      case RULE -> RTM_NEWRULE;
      case NEIGHBOUR -> RTM_NEWNEIGH;
    };
  }
}

package io.fastvif.engine.kernel;

/** What netlink steps and deletions need: an exchange of messages, more of them, and questions. */
public interface LinkTransport extends MessageExchange, LinkQuestions {

  /** Opens one more exchange with the same kernel, for a thread of its own. */
  MessageExchange openExchange();

  /**
   * Has somebody told which links are gone, before the kernel has answered the request to delete
   * them.
   *
   * @return null where nobody can be told so
   */
  default Departures openDepartures(Departures.Listener listener) {
    return null;
  }
}

package io.fastvif.engine.kernel;

/** What netlink steps and deletions need: an exchange of messages, more of them, and questions. */
public interface LinkTransport extends MessageExchange, LinkQuestions {

  /** Opens one more exchange with the same kernel, for a thread of its own. */
  MessageExchange openExchange();
}

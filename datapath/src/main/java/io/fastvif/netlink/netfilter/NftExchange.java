package io.fastvif.netlink.netfilter;

import java.util.List;
import java.util.Optional;

/**
 * What is asked of nf_tables in one family of protocols: reading, and one batch at a time. A method
 * that reads throws {@link io.fastvif.netlink.NetlinkException} when the kernel refuses.
 */
public interface NftExchange extends AutoCloseable {

  /** Told of the messages of a batch that the kernel refused, or of what it made by them. */
  interface CommitHandler {
    /**
     * A message was refused, and so nothing of the batch was done.
     *
     * @param sequence the message's number
     * @param errno a positive error number
     * @param message the kernel's words; null for none
     */
    void refused(int sequence, int errno, String message);

    /**
     * A rule was made, as {@link NftRequest#echo} asks to be told; older kernels do not tell.
     *
     * @param sequence the number of the message that asked for it
     */
    default void made(int sequence, NftRule rule) {}

    /**
     * The batch was done, as {@link NftRequest#echo} asks to be told.
     *
     * @param generation the ruleset's, with the batch and nothing after it
     */
    default void committed(int generation) {}
  }

  /** The ruleset's generation, which every change by anybody makes another. */
  int generation();

  /** A table, if there is one of that name. */
  Optional<NftTable> table(String name);

  /** A chain, if there is one of that name. */
  Optional<NftChain> chain(String table, String name);

  /** A chain's rules, in order; none if there is no such chain. */
  List<NftRule> rules(String table, String chain);

  /**
   * Begins a batch.
   *
   * @param generation the ruleset's generation that it is meant for
   * @return writes its messages
   */
  NftRequest begin(int generation);

  /**
   * Sends the batch.
   *
   * @return 0 if all of it was done; ERESTART if somebody was faster; EMSGSIZE if it was too long
   *     to be sent; otherwise an error number, of which {@code handler} may know more
   * @throws io.fastvif.bindings.SystemCallException if it could not be sent: nothing was done
   * @throws OutcomeUnknownException if it was sent, and what the kernel says could not be had
   */
  int commit(CommitHandler handler);

  @Override
  void close();
}

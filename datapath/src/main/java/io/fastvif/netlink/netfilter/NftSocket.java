package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.NETLINK_NETFILTER;
import static io.fastvif.bindings.linux.linux_h.NFNL_SUBSYS_NFTABLES;
import static io.fastvif.bindings.linux.linux_h.NFTA_GEN_ID;
import static io.fastvif.bindings.linux.linux_h.NFT_MSG_NEWGEN;
import static io.fastvif.bindings.linux.linux_h.NFT_MSG_NEWRULE;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FastvifException;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.RequestSocket;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** nf_tables in the namespace of the thread that opens the socket. One thread at a time. */
public final class NftSocket implements NftExchange {
  private static final int BATCH_SIZE = 1024 * 1024;
  private static final int SUBSYSTEM_SHIFT = 8;

  /** How often in a row the answers to a batch may not be had. */
  private static final int MAX_FAILURES = 8;

  private final RequestSocket requests;
  private final NftRequest request;
  private final int family;
  private final Answers answers = new Answers();
  private MessageEncoder batch;
  private int batchSequence;

  private NftSocket(RequestSocket requests, int family) {
    this.requests = requests;
    this.family = family;
    request = new NftRequest(requests.encoder(), family);
  }

  /**
   * Opens a socket in the namespace of this thread.
   *
   * @param family such as NFPROTO_IPV4
   * @throws io.fastvif.bindings.SystemCallException if the kernel refuses a socket: EPROTONOSUPPORT
   *     where it has no nfnetlink
   */
  public static NftSocket open(int family) {
    return new NftSocket(RequestSocket.open(NETLINK_NETFILTER, NftSocket::describe), family);
  }

  /** Its port, which the events of its batches bear. */
  public int port() {
    return requests.socket().port();
  }

  private static String describe(MemorySegment segment, int offset, int length) {
    MessageDecoder message = new MessageDecoder().wrap(segment, offset, length);
    if (!message.next() || message.type() >>> SUBSYSTEM_SHIFT != NFNL_SUBSYS_NFTABLES) {
      return "nfnetlink message";
    }
    StringBuilder text = new StringBuilder("nf_tables message ").append(message.type() & 0xff);
    AttributeIterator attributes =
        message.attributes(NetfilterHeader.LENGTH, new AttributeIterator());
    while (attributes.next()) {
      text.append(' ').append(attributes.getString()); // requests to read hold names only
    }
    return text.toString();
  }

  @Override
  public int generation() {
    requests.encoder().reset();
    request.getGeneration();
    return query(NftSocket::generation).orElse(0);
  }

  private static int generation(MessageDecoder message) {
    AttributeIterator attributes =
        message.attributes(NetfilterHeader.LENGTH, new AttributeIterator());
    return attributes.find(NFTA_GEN_ID) ? attributes.getIntBigEndian() : 0;
  }

  @Override
  public Optional<NftTable> table(String name) {
    requests.encoder().reset();
    request.getTable(name);
    return query(NftTable::read);
  }

  @Override
  public Optional<NftChain> chain(String table, String name) {
    requests.encoder().reset();
    request.getChain(table, name);
    return query(NftChain::read);
  }

  @Override
  public List<NftRule> rules(String table, String chain) {
    requests.encoder().reset();
    request.dumpRules(table, chain);
    List<NftRule> rules = new ArrayList<>();
    requests.dump(
        request.sequence(),
        new DumpHandler() {
          @Override
          public void onBegin() {
            rules.clear();
          }

          @Override
          public void onMessage(MessageDecoder message) {
            NftRule rule = NftRule.read(message);
            if (rule.chain().equals(chain)) { // a kernel that does not filter tells of all
              rules.add(rule);
            }
          }
        });
    return rules;
  }

  /** Asks for one object, which need not be there. */
  private <T> Optional<T> query(Function<MessageDecoder, T> reader) {
    List<T> found = new ArrayList<>(1);
    int errno = requests.tryQuery(request.sequence(), message -> found.add(reader.apply(message)));
    if (errno != 0 && errno != Errno.ENOENT) {
      throw requests.refused();
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
  }

  @Override
  public NftRequest begin(int generation) {
    NetlinkSocket socket = requests.socket();
    if (batch == null) {
      batch = MessageEncoder.growing(Math.min(BATCH_SIZE, socket.maxBytesPerSend()));
    }
    batch.reset();
    NftRequest messages = new NftRequest(batch, family);
    messages.beginBatch(generation);
    batchSequence = messages.sequence();
    return messages;
  }

  @Override
  public int commit(CommitHandler handler) {
    NftRequest end = new NftRequest(batch, family);
    end.endBatch();
    int count = end.sequence() - batchSequence + 1;
    NetlinkSocket socket = requests.socket();
    if (batch.messageCount() != count || count > socket.maxMessagesPerSend()) {
      return Errno.EMSGSIZE; // a message was taken back, because it did not fit
    }
    answers.expect(handler, end.sequence());
    socket.send(batch);
    receiveAnswers();
    return answers.errno();
  }

  /** The kernel is through with a batch, and has put down all its answers, when sendmsg returns. */
  private void receiveAnswers() {
    int failures = 0;
    while (true) {
      try {
        if (requests.socket().receive(answers) == 0) {
          return;
        }
        failures = 0;
      } catch (SystemCallException failed) {
        if (++failures == MAX_FAILURES) {
          throw new OutcomeUnknownException(failed);
        }
      } catch (FastvifException lost) {
        throw new OutcomeUnknownException(lost);
      }
    }
  }

  @Override
  public void close() {
    requests.close();
  }

  /** Collects the answers to a batch. */
  private final class Answers implements MessageHandler {
    private CommitHandler handler;
    private int end;
    private int errno;
    private int acknowledged;

    void expect(CommitHandler receiver, int lastSequence) {
      handler = receiver;
      end = lastSequence;
      errno = 0;
      acknowledged = 0;
    }

    /** A batch that nothing was said of was not carried out. */
    int errno() {
      return errno != 0 || acknowledged > 0 || batch.messageCount() == 2 ? errno : Errno.EIO;
    }

    @Override
    public void onAck(int sequence, int error, String message, int attributeOffset) {
      if (error == 0) {
        acknowledged++;
        return;
      }
      if (errno == 0) {
        errno = error;
      }
      if (sequence != batchSequence) {
        handler.refused(sequence, error, message);
      }
    }

    @Override
    public void onMessage(MessageDecoder message) {
      if (message.sequence() - batchSequence < 0 || message.sequence() - end > 0) {
        return; // an answer to a request that was given up
      }
      if (message.type() == NetfilterHeader.type(NFT_MSG_NEWRULE)) {
        handler.made(message.sequence(), NftRule.read(message));
      } else if (message.type() == NetfilterHeader.type(NFT_MSG_NEWGEN)) {
        handler.committed(generation(message));
      }
    }
  }
}

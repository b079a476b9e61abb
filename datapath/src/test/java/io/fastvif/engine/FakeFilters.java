package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.filter.ForwardingRules;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.netfilter.NftChain;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftExpression;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftTable;
import io.fastvif.netlink.netfilter.OutcomeUnknownException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * As much of nf_tables as the engine asks for, from the messages' bytes: tables, chains and rules,
 * and batches that are carried out whole or not at all.
 */
final class FakeFilters implements NftExchange {
  private static final int HEADER_LENGTH = 4;
  private static final int BATCH_BYTES = 1 << 20;

  /** A chain and its rules. */
  record Chain(NftChain head, List<NftRule> rules) {
    Chain copy() {
      return new Chain(head, new ArrayList<>(rules));
    }
  }

  /** By table and name. */
  Map<String, Map<String, Chain>> tables = new LinkedHashMap<>();

  final Map<String, String> tableComments = new LinkedHashMap<>();

  /** How often the rules of a chain were read. */
  int readings;

  /** How many batches were sent. */
  int batches;

  /** Done once, when a batch has been begun. */
  Runnable meanwhile = () -> {};

  /** Whether what the next batch comes to is not told. */
  boolean isSilent;

  /** How long a batch may be, in messages. */
  int batchLimit = 10_000;

  int generation = 7;
  boolean closed;
  private long lastHandle;
  private int batchGeneration;

  private final MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(BATCH_BYTES));

  /** Adds a table and a chain, as others do. */
  Chain add(String table, String chain, int hook, int priority) {
    generation++;
    Map<String, Chain> chains = tables.computeIfAbsent(table, name -> new LinkedHashMap<>());
    NftChain head =
        new NftChain(
            table, chain, hook, priority, hook < 0 ? "" : "filter", hook < 0 ? -1 : 1, 0, "");
    Chain added = new Chain(head, new ArrayList<>());
    chains.put(chain, added);
    return added;
  }

  /** Adds a rule, as others do. */
  NftRule addRule(String table, String chain, String comment, NftExpression... expressions) {
    generation++;
    NftRule rule = new NftRule(chain, ++lastHandle, comment, List.of(expressions));
    tables.get(table).get(chain).rules.add(rule);
    return rule;
  }

  /** All rules in words, by {@code TABLE CHAIN}; a line for each. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    tables.forEach(
        (table, chains) ->
            chains.forEach(
                (name, chain) ->
                    chain.rules.forEach(
                        rule ->
                            words.add(
                                table
                                    + " "
                                    + name
                                    + " "
                                    + ForwardingRules.read(rule).map(Object::toString).orElse("?")
                                    + (rule.comment().isEmpty() ? "" : " # " + rule.comment())))));
    return words;
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public Optional<NftTable> table(String name) {
    return Optional.ofNullable(tables.get(name))
        .map(chains -> new NftTable(name, chains.size(), tableComments.getOrDefault(name, "")));
  }

  @Override
  public Optional<NftChain> chain(String table, String name) {
    Chain found = tables.getOrDefault(table, Map.of()).get(name);
    if (found == null) {
      return Optional.empty();
    }
    long jumps =
        tables.get(table).values().stream()
            .flatMap(chain -> chain.rules.stream())
            .flatMap(rule -> rule.expressions().stream())
            .filter(part -> part instanceof NftExpression.Verdict to && to.chain().equals(name))
            .count();
    NftChain head = found.head;
    return Optional.of(
        new NftChain(
            head.table(),
            head.name(),
            head.hook(),
            head.priority(),
            head.type(),
            head.policy(),
            found.rules.size() + (int) jumps,
            head.comment()));
  }

  @Override
  public List<NftRule> rules(String table, String chain) {
    readings++;
    Chain found = tables.getOrDefault(table, Map.of()).get(chain);
    return found == null ? List.of() : List.copyOf(found.rules);
  }

  @Override
  public NftRequest begin(int seen) {
    batchGeneration = seen;
    encoder.reset();
    NftRequest request = new NftRequest(encoder, NFPROTO_IPV4);
    request.beginBatch(seen);
    Runnable once = meanwhile;
    meanwhile = () -> {};
    once.run();
    return request;
  }

  @Override
  public int commit(CommitHandler handler) {
    batches++;
    int errno = carryOut(handler);
    if (isSilent) {
      isSilent = false;
      throw new OutcomeUnknownException(new SystemCallException("recvmmsg", Errno.ENOMEM, 9));
    }
    return errno;
  }

  private int carryOut(CommitHandler handler) {
    if (batchGeneration != generation) {
      return Errno.ERESTART;
    }
    if (encoder.messageCount() > batchLimit) {
      return Errno.EMSGSIZE;
    }
    Map<String, Map<String, Chain>> before = copy();
    MessageDecoder message = new MessageDecoder();
    message.wrap(encoder.segment(), 0, encoder.length());
    int errno = 0;
    while (message.next()) {
      if (message.type() == NFNL_MSG_BATCH_BEGIN) {
        continue;
      }
      int refused = carryOut(message);
      if (refused != 0) {
        handler.refused(message.sequence(), refused, null);
        errno = refused;
      }
    }
    if (errno != 0) {
      tables = before;
    } else {
      generation++;
    }
    return errno;
  }

  private Map<String, Map<String, Chain>> copy() {
    Map<String, Map<String, Chain>> all = new LinkedHashMap<>();
    tables.forEach(
        (table, chains) -> {
          Map<String, Chain> copies = new LinkedHashMap<>();
          chains.forEach((name, chain) -> copies.put(name, chain.copy()));
          all.put(table, copies);
        });
    return all;
  }

  private int carryOut(MessageDecoder message) {
    return switch (message.type() & 0xff) {
      case NFT_MSG_NEWTABLE -> {
        NftTable table = NftTable.read(message);
        if (tables.putIfAbsent(table.name(), new LinkedHashMap<>()) == null) {
          tableComments.put(table.name(), table.comment());
        }
        yield 0;
      }
      case NFT_MSG_DELTABLE -> tables.remove(NftTable.read(message).name()) == null ? ENOENT : 0;
      case NFT_MSG_NEWCHAIN -> {
        NftChain chain = NftChain.read(message);
        Map<String, Chain> chains = tables.get(chain.table());
        yield chains == null
            ? ENOENT
            : chains.putIfAbsent(chain.name(), new Chain(chain, new ArrayList<>())) == null
                ? 0
                : EEXIST;
      }
      case NFT_MSG_DELCHAIN -> deleteChain(NftChain.read(message));
      case NFT_MSG_NEWRULE -> addRule(message);
      case NFT_MSG_DELRULE -> {
        long handle = number(message, NFTA_RULE_HANDLE);
        yield chainOf(message).rules.removeIf(rule -> rule.handle() == handle) ? 0 : ENOENT;
      }
      default -> throw new AssertionError("unexpected message of type " + message.type());
    };
  }

  private int deleteChain(NftChain named) {
    Optional<NftChain> found = chain(named.table(), named.name());
    if (found.isEmpty()) {
      return ENOENT;
    }
    if (found.get().users() > tables.get(named.table()).get(named.name()).rules.size()) {
      return EBUSY;
    }
    tables.get(named.table()).remove(named.name());
    return 0;
  }

  private int addRule(MessageDecoder message) {
    Chain chain = chainOf(message);
    NftRule read = NftRule.read(message);
    for (NftExpression part : read.expressions()) {
      boolean leadsNowhere =
          part instanceof NftExpression.Verdict to
              && !to.chain().isEmpty()
              && !tables.get(chain.head.table()).containsKey(to.chain());
      if (leadsNowhere) {
        return ENOENT;
      }
    }
    NftRule rule = new NftRule(read.chain(), ++lastHandle, read.comment(), read.expressions());
    long position = number(message, NFTA_RULE_POSITION);
    int place = (message.flags() & NLM_F_APPEND) == 0 ? 0 : chain.rules.size();
    for (int i = 0; position != 0 && i < chain.rules.size(); i++) {
      if (chain.rules.get(i).handle() == position) {
        place = i + 1;
      }
    }
    chain.rules.add(place, rule);
    return 0;
  }

  private Chain chainOf(MessageDecoder message) {
    AttributeIterator attributes = message.attributes(HEADER_LENGTH, new AttributeIterator());
    String table = attributes.find(NFTA_RULE_TABLE) ? attributes.getString() : "";
    String chain = attributes.find(NFTA_RULE_CHAIN) ? attributes.getString() : "";
    return tables.get(table).get(chain);
  }

  private static long number(MessageDecoder message, int type) {
    AttributeIterator attributes = message.attributes(HEADER_LENGTH, new AttributeIterator());
    return attributes.find(type) ? attributes.getLongBigEndian() : 0;
  }

  @Override
  public void close() {
    closed = true;
  }
}

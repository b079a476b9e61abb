package io.fastvif.engine.kernel;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.netfilter.NftChain;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftTable;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;

/** No packet filter: every batch counts as carried out, and nothing is done. */
public final class NullFilters implements NftExchange {
  private static final int BATCH_BYTES = 512 * 1024;

  private final Arena arena = Arena.ofShared();
  private final MessageEncoder encoder = new MessageEncoder(arena.allocate(BATCH_BYTES));
  private final int family;

  public NullFilters(int family) {
    this.family = family;
  }

  @Override
  public int generation() {
    return 0;
  }

  @Override
  public Optional<NftTable> table(String name) {
    return Optional.empty();
  }

  @Override
  public Optional<NftChain> chain(String table, String name) {
    return Optional.empty();
  }

  @Override
  public List<NftRule> rules(String table, String chain) {
    return List.of();
  }

  @Override
  public NftRequest begin(int generation) {
    encoder.reset();
    NftRequest request = new NftRequest(encoder, family);
    request.beginBatch(generation);
    return request;
  }

  @Override
  public int commit(CommitHandler handler) {
    return 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}

package io.fastvif.benchmarks.hardware;

import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.VfLinkState;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A NIC of three VFs in memory. */
final class FakeNic {
  static final int VFS = 3;

  private final List<PortState> ports = new ArrayList<>();
  private final List<VfState> vfs = new ArrayList<>();

  FakeNic() {
    for (int i = 0; i < VFS; i++) {
      ports.add(new PortState(i, 10 + i, "rep" + i, 1500, "", i == 1));
      vfs.add(new VfState(i, new MacAddress(0), 0, 0, true, false, VfLinkState.AUTO));
    }
  }

  NicState state() {
    return new NicState("p0", 1, ports, vfs);
  }

  /** A system that works; a change that is refused fails. */
  NicSystem system(String name, Predicate<NicChange> refused) {
    return system(name, refused, change -> false);
  }

  /** A system; a change that is refused fails, one that is forgotten seems to be made. */
  NicSystem system(String name, Predicate<NicChange> refused, Predicate<NicChange> forgotten) {
    return new NicSystem() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<String> missing() {
        return Optional.empty();
      }

      @Override
      public long apply(List<List<NicChange>> changes) throws IOException {
        for (List<NicChange> ofVf : changes) {
          for (NicChange change : ofVf) {
            if (refused.test(change)) {
              throw new IOException("refused: " + change.words());
            }
            if (!forgotten.test(change)) {
              make(change);
            }
          }
        }
        return 3_000;
      }

      @Override
      public void close() {
        // nothing is open
      }
    };
  }

  private void make(NicChange change) {
    switch (change) {
      case NicChange.OfVf vf ->
          vfs.replaceAll(
              old -> old.number() == vf.to().number() ? old.with(vf.attributes(), vf.to()) : old);
      case NicChange.OfPort port ->
          ports.replaceAll(old -> old.index() == port.port().index() ? made(old, port) : old);
    }
  }

  private static PortState made(PortState old, NicChange.OfPort change) {
    LinkSettings settings = change.settings();
    return new PortState(
        old.vf(),
        old.index(),
        change.newName() == null ? old.name() : change.newName(),
        settings.mtu() == null ? old.mtu() : settings.mtu(),
        settings.master() == null ? old.master() : settings.master(),
        settings.up() == null ? old.up() : settings.up());
  }
}

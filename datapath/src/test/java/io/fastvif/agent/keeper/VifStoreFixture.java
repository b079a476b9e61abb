package io.fastvif.agent.keeper;

import java.io.IOException;
import java.nio.file.Path;

/** Opens stores for tests. */
final class VifStoreFixture {
  private VifStoreFixture() {}

  static VifStore open(Path state) throws IOException {
    return open(state, StoreDisk.real());
  }

  static VifStore open(Path state, StoreDisk disk) throws IOException {
    return VifStore.open(state, disk, new KeeperCounters());
  }
}

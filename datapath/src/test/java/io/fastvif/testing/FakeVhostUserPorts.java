package io.fastvif.testing;

import io.fastvif.engine.VhostUserPorts;
import io.fastvif.plan.ServedPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A forwarder that knows which ports are open, and moves no frames. */
public final class FakeVhostUserPorts implements VhostUserPorts {
  private final Map<String, ServedPort> open = new LinkedHashMap<>();
  private final List<String> calls = new ArrayList<>();

  /** With no port. */
  public FakeVhostUserPorts() {}

  @Override
  public synchronized boolean open(ServedPort port) throws IOException {
    calls.add("open " + port.name());
    ServedPort former = open.putIfAbsent(port.vifId(), port);
    if (former != null && !former.equals(port)) {
      throw new IOException("open otherwise: " + former);
    }
    return former == null;
  }

  @Override
  public synchronized boolean limit(ServedPort port) throws IOException {
    calls.add("limit " + port.name());
    if (!open.containsKey(port.vifId())) {
      throw new IOException("not open: " + port);
    }
    return !port.equals(open.put(port.vifId(), port));
  }

  @Override
  public synchronized boolean close(ServedPort port) {
    calls.add("close " + port.name());
    return open.remove(port.vifId()) != null;
  }

  @Override
  public synchronized List<ServedPort> open() {
    return List.copyOf(open.values());
  }

  /** What was asked for, in order. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }
}

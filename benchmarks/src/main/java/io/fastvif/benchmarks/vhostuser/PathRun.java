package io.fastvif.benchmarks.vhostuser;

import io.fastvif.bindings.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One system on one path: its namespace, its backend, and the guests, all connected. */
final class PathRun implements AutoCloseable {
  private static final int FRONTEND_PROCESSOR = 0;

  /** In which a backend finds its ports up, also where others have the processors. */
  private static final long FIRST_FRAME_NANOS = 30_000_000_000L;

  private static final long FIRST_NANOS = 20_000_000;

  private final PathLab lab;
  private final List<Guest> guests = new ArrayList<>();
  private PathBackend backend;
  private Dialogue driver;

  /** Starts it; frames pass when this returns. */
  PathRun(Programs programs, Path folder, PathSystem system, DataPath path, int length)
      throws IOException {
    lab = new PathLab(folder);
    try {
      backend = system.starter().start(lab, path);
      backend.awaitListening();
      if (path == DataPath.GUEST_TO_HOST && backend.hostLink() != null) {
        lab.addressHost(backend.hostLink());
      }
      List<String> command = new ArrayList<>(List.of(programs.pathGuests().toString()));
      command.add(Integer.toString(FRONTEND_PROCESSOR));
      command.add(
          backend.processes().stream().map(String::valueOf).collect(Collectors.joining(",")));
      command.addAll(path.row(length).arguments());
      command.addAll(path.arguments());
      for (int i = 0; i < path.guests(); i++) {
        if (backend.isStream()) {
          command.addAll(List.of("stream", backend.socket(i)));
        } else {
          Guest guest = path == DataPath.TCP_GUEST_TO_GUEST ? Guest.withOffloads() : new Guest();
          guests.add(guest);
          connect(guest, backend.socket(i));
          command.addAll(List.of(guest.path(), guest.event()));
        }
      }
      driver = lab.call(() -> new Dialogue(lab.folder(), command));
      driver.expect("ready");
      awaitFrames(system);
    } catch (IOException | RuntimeException | Error problem) {
      close();
      throw problem;
    }
  }

  /** A socket is there before its backend listens on it. */
  private static void connect(Guest guest, String socket) throws IOException {
    PathLab.await(
        "an answer at " + socket,
        () -> {
          try {
            guest.connect(socket, false);
            return true;
          } catch (SystemCallException refused) {
            return false;
          }
        });
  }

  private void awaitFrames(PathSystem system) throws IOException {
    long begin = System.nanoTime();
    while (sample(FIRST_NANOS).received() == 0) {
      if (System.nanoTime() - begin > FIRST_FRAME_NANOS) {
        throw new IOException(system.name() + " moves no frames: " + backend.output());
      }
    }
  }

  /** Has frames pass for a time. The backend is stopped before and after. */
  PathSample sample(long nanos) throws IOException {
    driver.ask(Long.toString(nanos));
    return PathSample.parse(driver.answer());
  }

  @Override
  public void close() {
    if (driver != null) {
      driver.close();
    }
    if (backend != null) {
      backend.close();
    }
    guests.forEach(Guest::close);
    lab.close();
  }
}

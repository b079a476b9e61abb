package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.vhostuser.FuzzCorpus;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frontends that break the protocol: their session ends, nothing else, and nothing is left. */
class HostileFrontendTest {
  private static final Logger LOG = Logger.getLogger("io.fastvif.vhostuser.session");

  /** Or there would be a line for most of a hundred thousand sessions. */
  @BeforeAll
  static void logNothing() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void logAgain() {
    LOG.setLevel(null);
  }

  private static final long MIB = 1 << 20;
  private static final long GUEST = 0x4000_0000L;
  private static final long USER = 0x7f00_0000_0000L;
  private static final long FEATURES = 1L << VIRTIO_F_VERSION_1;
  private static final int KILLS = 1000;

  /** How long the fuzzer runs: {@code -Dfastvif.fuzz-seconds}. */
  private static final long FUZZ_SECONDS = Long.getLong("fastvif.fuzz-seconds", 10);

  @TempDir Path directory;
  private final RecordingBackend port = new RecordingBackend();
  private Resources before;
  private SessionLoop loop;
  private VhostUserBackend backend;
  private MemoryFile file;
  private FileDescriptor eventfd;

  @BeforeEach
  void listen() throws Exception {
    before = Resources.now();
    loop = SessionLoop.start();
    backend =
        VhostUserBackend.listen(
            loop, ListenOptions.of(path()), BackendOptions.of(FEATURES, 2), port, port);
    file = MemoryFile.sealed("hostile", MIB);
    eventfd = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC), "eventfd");
  }

  @AfterEach
  void leavesNothing() throws Exception {
    assertEquals(2, BackendProbe.of(path(), 120_000).queues(), "the process goes on");
    backend.close();
    loop.close();
    file.close();
    eventfd.close();
    before.assertSame();
  }

  private String path() {
    return directory.resolve("s").toString();
  }

  private MessageChannel raw() {
    FileDescriptor socket = UnixAddress.socket();
    assertEquals(0, UnixAddress.connect(socket.value(), path()));
    return new MessageChannel(socket);
  }

  /** Sends a message as it is, and expects that the session ends for a reason. */
  private void expect(String reason, Consumer<Message> message, int... descriptors)
      throws InterruptedException {
    try (MessageChannel channel = raw()) {
      channel.sent().beginRequest(FrontendRequest.SET_PROTOCOL_FEATURES.id(), false);
      channel
          .sent()
          .putU64(
              ProtocolFeature.OFFERED
                  & ~ProtocolFeature.STATUS.bit()
                  & ~ProtocolFeature.REPLY_ACK.bit());
      channel.send();
      message.accept(channel.sent());
      RequestMutator.send(channel, descriptors);
      String event = port.await("closed");
      assertTrue(event.contains(reason), event + " and not " + reason);
    }
  }

  private static Consumer<Message> request(FrontendRequest request) {
    return message -> message.beginRequest(request.id(), false);
  }

  private static Consumer<Message> number(FrontendRequest request, long number) {
    return request(request).andThen(message -> message.putU64(number));
  }

  private static Consumer<Message> ring(FrontendRequest request, int index, int number) {
    return request(request).andThen(message -> message.putRingState(index, number));
  }

  @Test
  void endsTheSessionOfMalformedMessages() throws Exception {
    expect("no known version", message -> message.segment().fill((byte) 0));
    expect("request 99", message -> message.beginRequest(99, false));
    expect("flag of a reply", message -> message.beginReply(1));
    expect(
        "more than any has", request(FrontendRequest.GET_FEATURES).andThen(m -> setSize(m, 269)));
    expect("more than any has", request(FrontendRequest.GET_FEATURES).andThen(m -> setSize(m, -1)));
    expect("GET_FEATURES with 8 bytes", number(FrontendRequest.GET_FEATURES, 0));
    expect("SET_FEATURES with 0 bytes", request(FrontendRequest.SET_FEATURES));
  }

  private static void setSize(Message message, int size) {
    message.segment().set(ValueLayout.JAVA_INT, 8, size);
  }

  @Test
  void endsTheSessionOfWrongDescriptors() throws Exception {
    int event = eventfd.value();
    expect("GET_FEATURES with 1 descriptors", request(FrontendRequest.GET_FEATURES), event);
    int[] many = new int[Message.MAX_DESCRIPTORS + 1];
    Arrays.fill(many, event);
    expect("more than 8 descriptors", request(FrontendRequest.SET_LOG_FD), many);
    expect("SET_LOG_FD with 0 descriptors", request(FrontendRequest.SET_LOG_FD));
    expect("SET_LOG_FD with 2 descriptors", request(FrontendRequest.SET_LOG_FD), event, event);
    expect("neither an eventfd nor a pipe", number(FrontendRequest.SET_VRING_KICK, 0), file.fd());
    expect("without a descriptor", number(FrontendRequest.SET_VRING_CALL, 0));
    expect("flag for none", number(FrontendRequest.SET_VRING_ERR, 0x100), event);
    expect("REQ_FD with 2 descriptors", request(FrontendRequest.SET_BACKEND_REQ_FD), event, event);
    MemoryRegion region = new MemoryRegion(GUEST, MIB, USER, 0);
    Consumer<Message> table =
        request(FrontendRequest.SET_MEM_TABLE).andThen(m -> m.putRegions(List.of(region)));
    expect("with 0 descriptors", table);
    expect("with 2 descriptors", table, file.fd(), file.fd());
    expect("is no memory", table, event);
  }

  @Test
  void endsTheSessionOfWhatIsRefused() throws Exception {
    expect("postcopy migration is not supported", request(FrontendRequest.POSTCOPY_ADVISE));
    expect("STATUS was not negotiated", request(FrontendRequest.GET_STATUS));
    expect("SET_FEATURES 0x1, of which 0x1", number(FrontendRequest.SET_FEATURES, 1));
    expect("of ring 4, of 4", ring(FrontendRequest.SET_VRING_NUM, 4, 256));
    expect("of ring 4294967295", ring(FrontendRequest.GET_VRING_BASE, -1, 0));
    expect("of 32769 descriptors", ring(FrontendRequest.SET_VRING_NUM, 0, 32769));
    expect("SET_VRING_ENABLE 2", ring(FrontendRequest.SET_VRING_ENABLE, 0, 2));
    expect(
        "SET_VRING_KICK of ring 128",
        number(FrontendRequest.SET_VRING_KICK, 0x80),
        eventfd.value());
    expect(
        "is in no file",
        request(FrontendRequest.SET_LOG_BASE).andThen(m -> m.putLog(-1, 1)),
        file.fd());
    expect(
        "9 memory regions",
        request(FrontendRequest.SET_MEM_TABLE)
            .andThen(m -> m.putRegions(List.of()))
            .andThen(m -> m.segment().set(ValueLayout.JAVA_INT, Message.HEADER_SIZE, 9)));
  }

  /** One byte at a time, and two messages at once. */
  @Test
  void putsSplitAndMergedMessagesTogether() throws Exception {
    try (MessageChannel channel = raw()) {
      channel.sent().beginRequest(FrontendRequest.GET_FEATURES.id(), false);
      MemorySegment bytes = channel.sent().segment();
      for (int i = 0; i < Message.HEADER_SIZE; i++) {
        assertEquals(1, Sockets.send(channel.descriptor(), bytes.asSlice(i), 1, 0));
      }
      awaitReply(channel, FrontendRequest.GET_FEATURES);
      MemorySegment.copy(bytes, 0, bytes, Message.HEADER_SIZE, Message.HEADER_SIZE);
      long both = 2L * Message.HEADER_SIZE;
      assertEquals(both, Sockets.send(channel.descriptor(), bytes, both, 0));
      awaitReply(channel, FrontendRequest.GET_FEATURES);
      awaitReply(channel, FrontendRequest.GET_FEATURES);
      assertEquals(5, Sockets.send(channel.descriptor(), bytes, 5, 0));
    }
    assertTrue(port.await("closed").contains("within a message, after 5 bytes"));
  }

  private static void awaitReply(MessageChannel channel, FrontendRequest request)
      throws InterruptedException {
    RecordingBackend.await("a reply", nothing -> channel.receive() == MessageChannel.COMPLETE);
    assertEquals(request.id(), channel.received().request());
    assertEquals(FEATURES | 1L << DeviceFeature.PROTOCOL_FEATURES, channel.received().u64());
  }

  /** A frontend does not read its replies: it goes, the others stay. */
  @Test
  void endsTheSessionOfWhoDoesNotRead() throws Exception {
    try (MessageChannel channel = raw()) {
      channel.sent().beginRequest(FrontendRequest.GET_FEATURES.id(), false);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (port.reason == null && System.nanoTime() < deadline) {
        Sockets.send(
            channel.descriptor(),
            channel.sent().segment(),
            Message.HEADER_SIZE,
            MSG_DONTWAIT | MSG_NOSIGNAL);
      }
      assertTrue(port.await("closed").contains("does not read"));
    }
  }

  /** The requests of a whole session, as real frontends make them. */
  private List<Consumer<VhostUserFrontend>> conversation() {
    int event = eventfd.value();
    List<Consumer<VhostUserFrontend>> steps = new ArrayList<>();
    steps.add(f -> f.setOwner());
    steps.add(f -> f.getFeatures());
    steps.add(f -> f.getProtocolFeatures());
    steps.add(f -> f.setProtocolFeatures(ProtocolFeature.OFFERED));
    steps.add(f -> f.setCall(0, event));
    steps.add(f -> f.setError(0, event));
    steps.add(f -> f.setFeatures(FEATURES | 1L << DeviceFeature.PROTOCOL_FEATURES));
    steps.add(f -> f.setStatus(0xb));
    steps.add(f -> f.openBackendRequests());
    steps.add(f -> f.getInflight(2, 256).close());
    steps.add(f -> f.setMemory(List.of(new MemoryRegion(GUEST, MIB, USER, 0)), file.fd()));
    steps.add(f -> f.setSize(0, 256));
    steps.add(f -> f.setBase(0, 0));
    steps.add(f -> f.setAddresses(new RingAddresses(0, 1, USER, USER + 8192, USER + 4096, 0)));
    steps.add(f -> f.setKick(0, event));
    steps.add(f -> f.setEnabled(0, true));
    steps.add(f -> f.setLog(4096, 0, file.fd()));
    steps.add(f -> f.setStatus(0xf));
    steps.add(f -> f.stop(0));
    steps.add(f -> f.resetDevice());
    return steps;
  }

  /** Closing its socket is what the kernel does for a process that is killed. */
  @Test
  void leavesNothingOfAThousandFrontendsThatVanish() throws Exception {
    List<Consumer<VhostUserFrontend>> steps = conversation();
    Resources idle = Resources.now();
    for (int i = 0; i < KILLS; i++) {
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(path(), 120_000)) {
        steps.subList(0, i % steps.size() + 1).forEach(step -> step.accept(frontend));
      }
      port.await("closed owner");
    }
    idle.assertSame();
    assertTrue(port.started.isEmpty());
  }

  /**
   * The bytes of a session's requests with changes: a session ends by a typed error, or goes on,
   * and nothing is left of any. A session that ends or passes through the port as none did before
   * is kept, and others are made of it. Prints the seed; {@code -Dfastvif.seed} repeats a run, but
   * for what depends on time.
   */
  @Test
  void survivesMutatedSessions() throws Exception {
    long seed = Long.getLong("fastvif.seed", System.nanoTime());
    System.out.println("messages fuzzed with -Dfastvif.seed=" + seed);
    RequestMutator mutator = new RequestMutator(file.fd(), eventfd.value(), GUEST, USER, MIB);
    FuzzCorpus corpus = new FuzzCorpus(seed, RequestMutator.MAX_MESSAGES);
    Resources idle = Resources.now();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FUZZ_SECONDS);
    int sessions = 0;
    while (System.nanoTime() < deadline) {
      long[] input = corpus.next();
      try (MessageChannel channel = raw()) {
        mutator.converse(channel, input);
      }
      List<String> events = port.until("closed");
      String end = events.getLast();
      assertTrue(
          !end.contains("Exception") && !end.contains("Error:"), "seed " + seed + ": " + end);
      corpus.outcome(input, end);
      for (int i = 1; i < events.size(); i++) {
        corpus.passed(input, events.get(i - 1), events.get(i));
      }
      sessions++;
    }
    System.out.printf(
        "message fuzzer: seed %d, %,d sessions, %,d messages, %s%n",
        seed, sessions, mutator.messages(), corpus);
    assertTrue(sessions > 10);
    RecordingBackend.await("all rings stopped", nothing -> port.started.isEmpty());
    idle.assertSame();
  }

  @Test
  void keepsTheStateOfTwoFrontendsApart() throws Exception {
    try (VhostUserFrontend first = VhostUserFrontend.connect(path(), 120_000);
        VhostUserFrontend second = VhostUserFrontend.connect(path(), 300)) {
      first.setOwner();
      first.getFeatures();
      second.setOwner();
      assertThrows(RuntimeException.class, second::getFeatures, "it waits for the first to go");
    }
    port.await("closed");
    port.await("closed");
  }
}

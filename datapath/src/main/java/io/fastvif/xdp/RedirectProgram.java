package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Bpf;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.bpf_attr;
import io.fastvif.bindings.linux.xdp_md;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The program that redirects frames into sockets, the map of these sockets by queue, and the link
 * by which it is attached. All three are gone when their descriptors are closed.
 */
final class RedirectProgram implements AutoCloseable {
  private static final int INSTRUCTIONS = 6;
  private static final int LOG_SIZE = 4096;
  private static final String NAME = "fastvif_xsk";

  private final FileDescriptor map;
  private FileDescriptor program;
  private FileDescriptor link;

  private RedirectProgram(FileDescriptor map) {
    this.map = map;
  }

  /** Takes over what another process has attached; its descriptors are this one's from now on. */
  static RedirectProgram restore(HandOverReader reader) {
    FileDescriptor map = reader.takeDescriptor();
    if (map == null) {
      throw new HandOverException("a link by AF_XDP without the map of its sockets");
    }
    RedirectProgram taken = new RedirectProgram(map);
    taken.program = reader.takeDescriptor();
    taken.link = reader.takeDescriptor();
    return taken;
  }

  /** Writes it. */
  void save(HandOverWriter writer) {
    writer.descriptor(map.value()).descriptor(program.value()).descriptor(link.value());
  }

  /** The program's instructions for a map. */
  static byte[] instructions(int map) {
    return new BpfAssembler(INSTRUCTIONS)
        .loadWord(BPF_REG_2, BPF_REG_1, (int) xdp_md.rx_queue_index$offset())
        .loadMap(BPF_REG_1, map)
        .move(BPF_REG_3, XDP_PASS)
        .call(BPF_FUNC_redirect_map)
        .exit()
        .bytes();
  }

  /**
   * Loads it, attached to nothing.
   *
   * @param queues how many sockets the map takes
   * @throws SystemCallException EPERM without CAP_BPF and CAP_NET_ADMIN
   */
  static RedirectProgram load(int queues) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = bpf_attr.allocate(arena);
      bpf_attr.map_type(attributes, BPF_MAP_TYPE_XSKMAP);
      bpf_attr.key_size(attributes, Integer.BYTES);
      bpf_attr.value_size(attributes, Integer.BYTES);
      bpf_attr.max_entries(attributes, queues);
      name(attributes, bpf_attr.map_name$offset());
      FileDescriptor map =
          FileDescriptor.check(
              Bpf.bpf(BPF_MAP_CREATE, attributes), "bpf", "BPF_MAP_CREATE", "XSKMAP");
      RedirectProgram loaded = new RedirectProgram(map);
      try {
        loaded.program = program(arena, map.value());
        return loaded;
      } catch (RuntimeException | Error e) {
        loaded.close();
        throw e;
      }
    }
  }

  private static void name(MemorySegment attributes, long offset) {
    attributes
        .asSlice(offset)
        .copyFrom(MemorySegment.ofArray(NAME.getBytes(StandardCharsets.UTF_8)));
  }

  private static FileDescriptor program(Arena arena, int map) {
    byte[] instructions = instructions(map);
    MemorySegment log = arena.allocate(LOG_SIZE);
    MemorySegment attributes = bpf_attr.allocate(arena);
    bpf_attr.prog_type(attributes, BPF_PROG_TYPE_XDP);
    bpf_attr.insn_cnt(attributes, instructions.length / BpfAssembler.LENGTH);
    MemorySegment copy = arena.allocate(instructions.length, Long.BYTES);
    copy.copyFrom(MemorySegment.ofArray(instructions));
    bpf_attr.insns(attributes, copy.address());
    bpf_attr.license(attributes, arena.allocateFrom("Apache-2.0").address());
    bpf_attr.log_level(attributes, 1);
    bpf_attr.log_size(attributes, LOG_SIZE);
    bpf_attr.log_buf(attributes, log.address());
    name(attributes, bpf_attr.prog_name$offset());
    int result = Bpf.bpf(BPF_PROG_LOAD, attributes);
    if (result < 0) {
      String said = log.getString(0).strip();
      throw new SystemCallException(
          "bpf", -result, "BPF_PROG_LOAD", said.isEmpty() ? "XDP" : "XDP: " + said);
    }
    return FileDescriptor.of(result);
  }

  /** Frames of a queue go to a socket from now on. */
  void put(int queue, int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = bpf_attr.allocate(arena);
      bpf_attr.map_fd(attributes, map.value());
      bpf_attr.key(attributes, arena.allocateFrom(ValueLayout.JAVA_INT, queue).address());
      bpf_attr.value(attributes, arena.allocateFrom(ValueLayout.JAVA_INT, socket).address());
      SystemCallException.check(
          Bpf.bpf(BPF_MAP_UPDATE_ELEM, attributes), "bpf", "BPF_MAP_UPDATE_ELEM", queue);
    }
  }

  /**
   * Attaches it to a link of the calling thread's network namespace.
   *
   * @param name the link's, for messages
   * @return where it runs
   * @throws XdpException if the driver cannot, or another program is attached
   */
  XdpMode attach(int index, String name, XdpMode wanted) {
    XdpMode tried = wanted == XdpMode.AUTO ? XdpMode.NATIVE : wanted;
    int result = create(index, tried);
    if (result == -Errno.EOPNOTSUPP && wanted == XdpMode.AUTO) {
      tried = XdpMode.GENERIC;
      result = create(index, tried);
    }
    if (result < 0) {
      throw refused(name, tried, -result);
    }
    link = FileDescriptor.of(result);
    return tried;
  }

  private static XdpException refused(String name, XdpMode tried, int errno) {
    String mode = tried.name().toLowerCase(Locale.ROOT);
    String why =
        switch (errno) {
          case Errno.EBUSY, Errno.EEXIST ->
              "has another XDP program attached: expected none, or to detach it first";
          case Errno.EOPNOTSUPP ->
              "has a driver without XDP in " + mode + " mode: expected one that has it, or generic";
          case Errno.ERANGE ->
              "has a larger MTU, or its other end has, than its driver takes in "
                  + mode
                  + " mode: expected a smaller one, or generic mode";
          default -> "does not take an XDP program in " + mode + " mode";
        };
    SystemCallException cause =
        new SystemCallException("bpf", errno, "BPF_LINK_CREATE", name, mode);
    return new XdpException(
        FailureKind.ofErrno(errno),
        "the link " + name + " " + why + " (" + cause.getMessage() + ")",
        cause);
  }

  private int create(int index, XdpMode mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = bpf_attr.allocate(arena);
      MemorySegment create = bpf_attr.link_create(attributes);
      bpf_attr.link_create.prog_fd(create, program.value());
      bpf_attr.link_create.target_ifindex(create, index);
      bpf_attr.link_create.attach_type(create, BPF_XDP);
      bpf_attr.link_create.flags(create, mode.flags());
      return Bpf.bpf(BPF_LINK_CREATE, attributes);
    }
  }

  /** Detaches it; frames go to the host again. */
  @Override
  public void close() {
    if (link != null) {
      link.close();
    }
    if (program != null) {
      program.close();
    }
    map.close();
  }
}

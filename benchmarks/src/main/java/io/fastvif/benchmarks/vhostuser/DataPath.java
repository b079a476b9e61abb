package io.fastvif.benchmarks.vhostuser;

import java.util.ArrayList;
import java.util.List;

/** Where frames go from and to, each way with one kind of backend's ports. */
enum DataPath {
  /** A guest sends, frames leave by the card: a veth's end, whose other end counts them. */
  GUEST_TO_CARD("guest to card", Traffic.GUEST_TO_BACKEND, 1, "plain", "from " + PathLab.WIRE),

  /** Frames are sent to the card by the veth's other end, a guest takes them. */
  CARD_TO_GUEST("card to guest", Traffic.BACKEND_TO_GUEST, 1, "plain", "to " + PathLab.WIRE),

  /** Two guests, each of which sends to the other. */
  GUEST_TO_GUEST("guest to guest", Traffic.FORWARD_BACK, 2, "plain", "guests"),

  /** The same with TCP segments of nearly 64 KiB, which nobody has to cut. */
  TCP_GUEST_TO_GUEST("tcp guest to guest", Traffic.FORWARD_BACK, 2, "tcp", "guests"),

  /** Eight guests in pairs. */
  AMONG_EIGHT("among 8 guests", Traffic.FORWARD_BACK, 8, "plain", "guests"),

  /** A guest sends datagrams, which a socket of the host takes. */
  GUEST_TO_HOST("guest to host", Traffic.GUEST_TO_BACKEND, 1, "udp", "socket " + PathLab.PORT);

  /** Headers and 45 segments of 1,448 bytes. */
  private static final int LONG_FRAME = 54 + 45 * 1448;

  private final String title;
  private final Traffic traffic;
  private final int guests;
  private final String frames;
  private final String otherEnd;

  DataPath(String title, Traffic traffic, int guests, String frames, String otherEnd) {
    this.title = title;
    this.traffic = traffic;
    this.guests = guests;
    this.frames = frames;
    this.otherEnd = otherEnd;
  }

  /** As the first cell of a table's row. */
  String title() {
    return title;
  }

  /** Its name on the command line. */
  String option() {
    return title.replace(' ', '-');
  }

  int guests() {
    return guests;
  }

  /** The lengths of frames to measure it with, if these are asked for. */
  List<Integer> lengths(List<Integer> usual) {
    return this == TCP_GUEST_TO_GUEST ? List.of(LONG_FRAME) : usual;
  }

  /** Whether a card is at one end. */
  boolean hasCard() {
    return this == GUEST_TO_CARD || this == CARD_TO_GUEST;
  }

  /** The row of the guests' driver: split rings, as QEMU has them. */
  Row row(int length) {
    return new Row(traffic, length, false);
  }

  /** What path-guests is told of the frames and of where they go. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of(frames));
    arguments.addAll(List.of(otherEnd.split(" ", -1)));
    return arguments;
  }
}

package io.fastvif.benchmarks.vhostuser;

/** What goes on between the guest and the backend; the numbers are those of guest-device.h. */
enum Traffic {
  /** The guest sends, the backend copies the frames and forgets them. */
  GUEST_TO_BACKEND(0, "guest to backend"),

  /** The backend sends, the guest takes. */
  BACKEND_TO_GUEST(1, "backend to guest"),

  /** The backend sends back what it gets. */
  FORWARD_BACK(2, "forward-back");

  private final int number;
  private final String title;

  Traffic(int number, String title) {
    this.number = number;
    this.title = title;
  }

  int number() {
    return number;
  }

  String title() {
    return title;
  }
}

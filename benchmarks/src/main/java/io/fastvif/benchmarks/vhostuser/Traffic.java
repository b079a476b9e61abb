package io.fastvif.benchmarks.vhostuser;

/** What goes on between the guest and the backend; the order is that of guest-device.h. */
enum Traffic {
  /** The guest sends, the backend copies the frames and forgets them. */
  GUEST_TO_BACKEND("guest to backend"),

  /** The backend sends, the guest takes. */
  BACKEND_TO_GUEST("backend to guest"),

  /** The backend sends back what it gets. */
  FORWARD_BACK("forward-back");

  private final String title;

  Traffic(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}

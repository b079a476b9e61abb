package io.fastvif.benchmarks.vhostuser;

/** What goes on between the frontend and the backend. */
enum Traffic {
  /** The guest sends, the backend takes the frames and forgets them. */
  GUEST_TO_BACKEND("guest to backend", "txonly", "rxonly", "Tx-pps", false),

  /** The backend sends, the guest takes. */
  BACKEND_TO_GUEST("backend to guest", "rxonly", "txonly", "Rx-pps", false),

  /** Frames go round: each side sends back what it gets. */
  FORWARD_BACK("forward-back", "io", "io", "Rx-pps", true);

  private final String title;
  private final String frontendMode;
  private final String backendMode;
  private final String rate;
  private final boolean firstFrames;

  Traffic(String title, String frontendMode, String backendMode, String rate, boolean firstFrames) {
    this.title = title;
    this.frontendMode = frontendMode;
    this.backendMode = backendMode;
    this.rate = rate;
    this.firstFrames = firstFrames;
  }

  String title() {
    return title;
  }

  /** testpmd's forwarding mode in the guest. */
  String frontendMode() {
    return frontendMode;
  }

  /** testpmd's forwarding mode as the backend. */
  String backendMode() {
    return backendMode;
  }

  /** The number of the frontend's statistics that counts. */
  String rate() {
    return rate;
  }

  /** Whether the guest sends a burst at first, which is then in flight. */
  boolean firstFrames() {
    return firstFrames;
  }
}

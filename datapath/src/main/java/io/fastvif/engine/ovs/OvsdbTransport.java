package io.fastvif.engine.ovs;

import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.ovsdb.OvsdbClient;
import io.fastvif.ovsdb.OvsdbRemotes;
import io.fastvif.ovsdb.OvsdbTransaction;
import io.fastvif.ovsdb.TlsCredentials;
import io.fastvif.ovsdb.TransactionOutcome;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Open vSwitch through its database. One transaction is under way at a time, and all changes that
 * gather meanwhile go into the next one. A change that the database refuses is taken out, and the
 * others go again; where the database does not say which change it refuses, halves of them go on
 * their own until it is found.
 */
public final class OvsdbTransport implements OvsTransport {
  /** How often other clients may change what a transaction assumes before it is given up. */
  private static final int ATTEMPTS = 8;

  private static final String CLOSED = "the engine was closed before it was answered";
  private static final String LATE = "the database did not answer in time";
  private static final String NOT_INITIALIZED =
      "the database has no row of Open_vSwitch, which \"ovs-vsctl init\" makes";

  /** What ovs-vswitchd writes as the number of an interface that it could not set up. */
  private static final int NO_OPEN_FLOW_PORT = -1;

  private static final Duration SNAPSHOT_LIMIT = Duration.ofSeconds(2);

  private final OvsdbClient client;
  private final OvsRows rows = new OvsRows();
  private final Duration limit;
  private final Runnable wake;
  private final ConcurrentLinkedQueue<Runnable> events = new ConcurrentLinkedQueue<>();
  private ArrayDeque<OvsRequest> gathered = new ArrayDeque<>();
  private final ArrayDeque<List<OvsRequest>> groups = new ArrayDeque<>();

  /** Whether the rows were there when they were first asked for; null as long as nobody has. */
  private final AtomicReference<CompletableFuture<Boolean>> first = new AtomicReference<>();

  private volatile boolean closed;
  private boolean underWay;
  private boolean connecting;
  private Answers answers;
  private int answered;

  /**
   * @param servers of the database, tried in turn
   * @param tls what a TLS connection proves itself with; null without TLS
   * @param limit how long a plan may take with its changes
   * @param wake called from another thread when {@link #work} has something to do
   */
  public OvsdbTransport(OvsdbRemotes servers, TlsCredentials tls, Duration limit, Runnable wake) {
    this.wake = wake;
    this.limit = limit;
    client =
        OvsRows.monitor(OvsdbClient.builder(servers, OvsBatch.DATABASE))
            .listener(rows)
            .tls(tls)
            .build();
  }

  @Override
  public void add(OvsPlanUnderWay plan, OvsStep step) {
    if (closed) {
      event(
          () -> {
            answered++;
            answers.failed(plan, step, FailureCause.of(FailureKind.OTHER, CLOSED));
          });
      return;
    }
    switch (step) {
      case OvsStep.ChangeOvs change ->
          gathered.add(new OvsRequest(plan, change, plan.ovsDeadline(limit)));
      case OvsStep.AwaitOvs await -> await(plan, await);
    }
  }

  private void await(OvsPlanUnderWay plan, OvsStep.AwaitOvs await) {
    // This plan's own changes are in the rows already, so this is their number or a later one.
    long config = client.read(rows::nextConfig);
    client.await(
        () -> rows.currentConfig() >= config,
        left(plan.ovsDeadline(limit)),
        met -> {
          String problem = met ? error(await) : "ovs-vswitchd did not apply it in time";
          event(
              () -> {
                answered++;
                if (problem.isEmpty()) {
                  answers.satisfied(plan, await);
                } else {
                  answers.failed(
                      plan,
                      await,
                      FailureCause.of(met ? FailureKind.OTHER : FailureKind.TIMED_OUT, problem));
                }
              });
        });
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  /** What ovs-vswitchd says against these interfaces; empty for nothing. Client's thread. */
  private String error(OvsStep.AwaitOvs await) {
    for (String name : await.interfaces()) {
      String error = rows.networkInterface(name).map(OvsdbTransport::error).orElse("is gone again");
      if (!error.isEmpty()) {
        return name + ": " + error;
      }
    }
    return "";
  }

  /** A bridge that could not be made says nothing of its ports: they just get no number. */
  private static String error(OvsSnapshot.InterfaceRow row) {
    if (!row.error().isEmpty()) {
      return row.error();
    }
    return row.openFlowPort().orElse(NO_OPEN_FLOW_PORT) == NO_OPEN_FLOW_PORT
        ? "ovs-vswitchd did not set it up (its ofport is "
            + (row.openFlowPort().isPresent() ? "-1" : "empty")
            + "); its log says why"
        : "";
  }

  private void event(Runnable event) {
    events.offer(event);
    wake.run();
  }

  @Override
  public int work(Answers handler) {
    answers = handler;
    answered = 0;
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
    if (closed) {
      failAll();
    }
    while (canSend()) {
      send();
    }
    return answered;
  }

  private boolean canSend() {
    return !underWay && !connecting && (!gathered.isEmpty() || !groups.isEmpty());
  }

  @Override
  public boolean isReady() {
    return !events.isEmpty() || canSend();
  }

  private void send() {
    if (!isConnected()) {
      connect();
      return;
    }
    giveUp();
    List<OvsRequest> group = groups.poll();
    if (group == null) {
      group = List.copyOf(gathered);
      gathered = new ArrayDeque<>();
    }
    if (group.isEmpty()) {
      return;
    }
    List<OvsRequest> included = new ArrayList<>(group.size());
    List<OvsRequest> requests = group;
    OvsBatch batch =
        client.read(
            () -> {
              UUID root = rows.root();
              if (root == null) {
                again(requests, null); // it has just gone
                return null;
              }
              rows.schema(client.schema());
              return batch(root, requests, included);
            });
    OvsdbTransaction transaction = batch == null ? null : finish(batch, included);
    if (transaction == null) {
      return;
    }
    try {
      client.transact(
          transaction,
          left(firstDeadline(included)),
          outcome -> event(() -> ended(batch, included, outcome)));
      underWay = true;
    } catch (RuntimeException | Error broken) {
      included.forEach(request -> failed(request, FailureCause.of(broken)));
    }
  }

  /** Null if one of them cannot be written down, and the others are to be made a batch anew. */
  private OvsBatch batch(UUID root, List<OvsRequest> group, List<OvsRequest> included) {
    OvsBatch batch = new OvsBatch(rows, root);
    for (int i = 0; i < group.size(); i++) {
      OvsRequest request = group.get(i);
      try {
        request.note = null;
        switch (batch.add(request)) {
          case INCLUDED -> included.add(request);
          case DEFERRED -> gathered.add(request);
          case SATISFIED -> satisfied(request);
          case IMPOSSIBLE -> failed(request, FailureKind.OTHER, batch.problem());
        }
      } catch (RuntimeException | Error unfit) {
        failed(request, FailureCause.of(unfit));
        again(group.subList(i + 1, group.size()), null);
        again(included, null);
        return null;
      }
    }
    return batch;
  }

  /** The whole transaction; null if there is none to send. */
  private OvsdbTransaction finish(OvsBatch batch, List<OvsRequest> included) {
    try {
      return batch.finish();
    } catch (RuntimeException | Error unfit) {
      if (included.size() == 1) {
        failed(included.getFirst(), FailureCause.of(unfit));
      } else {
        halve(included);
      }
      return null;
    }
  }

  private void halve(List<OvsRequest> requests) {
    int half = requests.size() / 2;
    groups.add(List.copyOf(requests.subList(0, half)));
    groups.add(List.copyOf(requests.subList(half, requests.size())));
  }

  private void failAll() {
    for (OvsRequest request : takeAll()) {
      failed(request, FailureKind.OTHER, CLOSED);
    }
  }

  private List<OvsRequest> takeAll() {
    List<OvsRequest> all = new ArrayList<>();
    groups.forEach(all::addAll);
    groups.clear();
    all.addAll(gathered);
    gathered = new ArrayDeque<>();
    return all;
  }

  private static long firstDeadline(Collection<OvsRequest> requests) {
    long first = requests.iterator().next().deadline;
    for (OvsRequest request : requests) {
      first = request.deadline - first < 0 ? request.deadline : first;
    }
    return first;
  }

  /** Waits for the connection and the rows, as long as the oldest change may wait. */
  private void connect() {
    List<OvsRequest> waiting = new ArrayList<>(gathered);
    groups.forEach(waiting::addAll);
    client.await(
        this::isInitialized, left(firstDeadline(waiting)), met -> event(() -> connected(met)));
    connecting = true;
  }

  private void connected(boolean met) {
    connecting = false;
    if (!met && client.isHopeless()) {
      takeAll().forEach(request -> failed(request, FailureKind.OTHER, client.problem()));
    } else if (!met) {
      giveUp();
    }
  }

  /** Fails the changes whose time has passed, whatever was tried for them. */
  private void giveUp() {
    long now = System.nanoTime();
    List<List<OvsRequest>> all = List.copyOf(groups);
    groups.clear();
    for (List<OvsRequest> group : all) {
      List<OvsRequest> left = inTime(group, now);
      if (!left.isEmpty()) {
        groups.add(left);
      }
    }
    gathered = new ArrayDeque<>(inTime(gathered, now));
  }

  private List<OvsRequest> inTime(Collection<OvsRequest> requests, long now) {
    List<OvsRequest> left = new ArrayList<>(requests.size());
    for (OvsRequest request : requests) {
      if (now - request.deadline < 0) {
        left.add(request);
      } else {
        failed(request, FailureKind.TIMED_OUT, problem());
      }
    }
    return left;
  }

  private String problem() {
    if (!client.isCurrent()) {
      return client.problem();
    }
    return isInitialized() ? LATE : NOT_INITIALIZED;
  }

  private void ended(OvsBatch batch, List<OvsRequest> included, TransactionOutcome outcome) {
    underWay = false;
    switch (outcome.kind()) {
      case COMMITTED -> {
        for (OvsRequest request : included) {
          committed(request);
        }
      }
      case NOT_SENT -> again(included, null);
      case UNKNOWN -> {
        for (OvsRequest request : included) {
          request.unknown = true;
        }
        again(included, null);
      }
      case REFUSED -> refused(batch, included, outcome);
    }
  }

  private void refused(OvsBatch batch, List<OvsRequest> included, TransactionOutcome outcome) {
    OvsRequest culprit = batch.owner(outcome.failedOperation());
    if (culprit != null) {
      failed(culprit, FailureKind.OTHER, outcome.message());
      again(included, culprit);
      return;
    }
    boolean assumption = outcome.failedOperation() >= 0;
    boolean given = false;
    for (OvsRequest request : included) {
      request.attempts++;
      given |= request.attempts > ATTEMPTS;
    }
    if (included.size() == 1) {
      OvsRequest request = included.getFirst();
      // What another client has just done may be in the refusal before it is in the rows.
      boolean isOver = assumption ? given : ++request.refusals > ATTEMPTS;
      if (isOver) {
        failed(request, FailureKind.OTHER, outcome.message());
      } else {
        groups.add(List.copyOf(included));
      }
    } else if (given || (!assumption && included.getFirst().attempts > 1)) {
      // Held against the newest rows once more, and still not found: some change of these.
      halve(included);
    } else {
      groups.add(List.copyOf(included));
    }
  }

  private void again(List<OvsRequest> requests, OvsRequest without) {
    for (int i = requests.size() - 1; i >= 0; i--) {
      if (requests.get(i) != without) {
        gathered.addFirst(requests.get(i));
      }
    }
  }

  private void tellNote(OvsRequest request) {
    if (request.note != null) {
      answers.left(request.plan, request.note);
    }
  }

  private void committed(OvsRequest request) {
    if (request.changes) {
      answered++;
      tellNote(request);
      answers.done(request.plan, request.step);
    } else {
      satisfied(request);
    }
  }

  private void satisfied(OvsRequest request) {
    answered++;
    tellNote(request);
    if (request.unknown) {
      answers.done(request.plan, request.step);
    } else {
      answers.satisfied(request.plan, request.step);
    }
  }

  private void failed(OvsRequest request, FailureKind kind, String problem) {
    failed(request, FailureCause.of(kind, problem));
  }

  private void failed(OvsRequest request, FailureCause cause) {
    answered++;
    if (request.unknown) {
      String problem = cause.detail() + "; whether it was done is not known: plug or unplug again";
      answers.unknown(request.plan, request.step, FailureCause.of(cause.kind(), problem));
    } else {
      answers.failed(request.plan, request.step, FailureCause.of(cause.kind(), cause.detail()));
    }
  }

  @Override
  public boolean isConnected() {
    return client.isCurrent() && isInitialized();
  }

  private boolean isInitialized() {
    return rows.root() != null;
  }

  @Override
  public void watch(HostChanges changes) {
    client.read(
        () -> {
          rows.tell(changes);
          return null;
        });
  }

  @Override
  public OvsSnapshot snapshot() {
    if (!isConnected() && !isThereAtFirst()) {
      return OvsSnapshot.UNKNOWN;
    }
    return client.read(() -> isInitialized() ? rows.copy(client.schema()) : OvsSnapshot.UNKNOWN);
  }

  /**
   * Whoever asks while the rows are waited for the first time waits too. Later, a database that is
   * away was there or was waited for, and planning goes without it.
   */
  private boolean isThereAtFirst() {
    CompletableFuture<Boolean> made = new CompletableFuture<>();
    if (first.compareAndSet(null, made)) {
      Duration patience = limit.compareTo(SNAPSHOT_LIMIT) < 0 ? limit : SNAPSHOT_LIMIT;
      try {
        client.await(this::isInitialized, patience, made::complete);
      } catch (RuntimeException | Error closing) {
        made.complete(false);
        throw closing;
      }
      return made.join();
    }
    CompletableFuture<Boolean> others = first.get();
    return !others.isDone() && others.join();
  }

  @Override
  public void close() {
    closed = true;
    client.close();
  }
}

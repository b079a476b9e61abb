/**
 * A client of OVSDB (RFC 7047, and ovsdb-server(7) for what came later), over unix and TCP sockets
 * and TLS.
 *
 * <p>One thread owns the connection, the monitored rows and what is in flight. Other threads hand
 * it serialized transactions through a lock-free queue, any number of them without waiting for an
 * answer, and are called back. The server sends a transaction's changes before its answer, so that
 * whoever has the answer finds them among the monitored rows. A connection that is lost is opened
 * again with a growing pause, and the rows are read anew; a transaction that was in flight is
 * answered as {@link io.fastvif.ovsdb.TransactionOutcome.Kind#UNKNOWN}, and the rows then tell
 * whether it was carried out.
 *
 * <p>A database may have several servers. What a server says of itself in its database {@code
 * _Server} decides whether it is asked: the leader of a raft cluster, a relay while it is connected
 * to its database, any other one always. The next server is tried where one is not asked, or does
 * not answer.
 *
 * <p>The one Java library that is kept up, OpenDaylight's {@code org.opendaylight.ovsdb:library},
 * needs netty, guava, jackson-databind, OSGi and OpenDaylight's own certificate service, some 10 MB
 * for what these classes do with jackson-core; it has a blocking start and no {@code
 * monitor_cond_since}. So this package stands alone.
 *
 * <p>May use: {@code event}, {@code trace}, {@code bindings}, {@code files}.
 */
package io.fastvif.ovsdb;

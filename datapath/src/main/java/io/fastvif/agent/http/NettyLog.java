package io.fastvif.agent.http;

import io.fastvif.trace.Log;
import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Takes Netty's warnings and errors to fastvif's log, and nothing else: Netty would look for
 * logging libraries, and load the JDK's.
 */
final class NettyLog extends AbstractInternalLogger {
  private static final long serialVersionUID = 1L;
  private static final String PLACE = "{}";

  /** What it does not find of the host's network, of which a unix socket wants nothing. */
  private static final String OF_NETWORKS = "io.netty.util.NetUtil";

  private final boolean isOfUse;

  private NettyLog(String name) {
    super(name);
    isOfUse = !name.startsWith(OF_NETWORKS);
  }

  /** Has all loggers of Netty be such, that are made from now on. */
  static void begin() {
    InternalLoggerFactory.setDefaultFactory(
        new InternalLoggerFactory() {
          @Override
          protected InternalLogger newInstance(String name) {
            return new NettyLog(name);
          }
        });
  }

  private void write(String line, Throwable thrown) {
    if (!isOfUse) {
      return;
    }
    String text = "Netty's " + name() + ": " + line;
    if (thrown == null) {
      Log.warning(NettyLog.class, text);
    } else {
      Log.warning(NettyLog.class, text + ": " + thrown, thrown);
    }
  }

  private void write(String format, Object... arguments) {
    write(text(format, arguments), thrown(arguments));
  }

  /** The arguments in their places. */
  static String text(String format, Object... arguments) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (Object argument : arguments) {
      int place = format.indexOf(PLACE, from);
      if (place < 0) {
        break;
      }
      text.append(format, from, place).append(argument);
      from = place + PLACE.length();
    }
    return text.append(format.substring(from)).toString();
  }

  /** Behind the arguments may stand what was thrown. */
  private static Throwable thrown(Object... arguments) {
    Object last = arguments.length == 0 ? null : arguments[arguments.length - 1];
    return last instanceof Throwable thrown ? thrown : null;
  }

  @Override
  public boolean isTraceEnabled() {
    return false;
  }

  @Override
  public boolean isDebugEnabled() {
    return false;
  }

  @Override
  public boolean isInfoEnabled() {
    return false;
  }

  @Override
  public boolean isWarnEnabled() {
    return isOfUse;
  }

  @Override
  public boolean isErrorEnabled() {
    return isOfUse;
  }

  @Override
  public void trace(String line) {}

  @Override
  public void trace(String format, Object argument) {}

  @Override
  public void trace(String format, Object first, Object second) {}

  @Override
  public void trace(String format, Object... arguments) {}

  @Override
  public void trace(String line, Throwable thrown) {}

  @Override
  public void debug(String line) {}

  @Override
  public void debug(String format, Object argument) {}

  @Override
  public void debug(String format, Object first, Object second) {}

  @Override
  public void debug(String format, Object... arguments) {}

  @Override
  public void debug(String line, Throwable thrown) {}

  @Override
  public void info(String line) {}

  @Override
  public void info(String format, Object argument) {}

  @Override
  public void info(String format, Object first, Object second) {}

  @Override
  public void info(String format, Object... arguments) {}

  @Override
  public void info(String line, Throwable thrown) {}

  @Override
  public void warn(String line) {
    write(line, (Throwable) null);
  }

  @Override
  public void warn(String format, Object argument) {
    write(format, new Object[] {argument});
  }

  @Override
  public void warn(String format, Object... arguments) {
    write(format, arguments);
  }

  @Override
  public void warn(String format, Object first, Object second) {
    write(format, new Object[] {first, second});
  }

  @Override
  public void warn(String line, Throwable thrown) {
    write(line, thrown);
  }

  @Override
  public void error(String line) {
    write(line, (Throwable) null);
  }

  @Override
  public void error(String format, Object argument) {
    write(format, new Object[] {argument});
  }

  @Override
  public void error(String format, Object first, Object second) {
    write(format, new Object[] {first, second});
  }

  @Override
  public void error(String format, Object... arguments) {
    write(format, arguments);
  }

  @Override
  public void error(String line, Throwable thrown) {
    write(line, thrown);
  }
}

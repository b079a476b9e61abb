# How the JVM is started for each command, for the launcher of the source tree and for the installed one.

# Sets java_options for a command line, and java_cache: which trained cache it starts with. None of the options has a
# space in it.
java_options_of() {
  # All of a cache is loaded at each start, and the agent's libraries are a third of what there is.
  case "$* ${FASTVIF_AGENT:+--agent}" in
    "agent "* | "top "* | "cni "* | "warm-up agent"* | *" --agent"*) java_cache=agent ;;
    *) java_cache=command ;;
  esac
  # The JVM's own warnings would spoil the JSON on standard output.
  java_options='-Xlog:disable -Xlog:all=warning:stderr -XX:+UseSerialGC'
  # One heap layout everywhere, or a cache trained for one command would not do for another: compact headers, and on
  # the largest hosts too a heap that compressed pointers reach. JDKs differ in which of these options they know.
  java_options="$java_options -XX:+UnlockDiagnosticVMOptions -XX:+IgnoreUnrecognizedVMOptions"
  java_options="$java_options -XX:+UseCompactObjectHeaders -XX:MaxRAM=64g"
  # Relocating the cache would take a tenth of a short command's processor time, and make memory of a process's own of
  # all its pages.
  java_options="$java_options -XX:ArchiveRelocationMode=0"
  # The class path has no plugins and drivers but fastvif's own, which ServiceLoader would open each of its jars to find.
  java_options="$java_options -Dio.fastvif.providers=own"
  # Without what wakes an idle JVM several times a second to look whether there is something to tidy up.
  quiet='-XX:-UsePerfData -XX:AsyncDeflationInterval=0 -XX:ServiceThreadCleanupInterval=0'
  quiet="$quiet -XX:GuaranteedSafepointInterval=0"
  case "${1-} ${2-}" in
    # Stays, and must be small: what it does is the kernel's work.
    "agent " | "agent -"*)
      java_options="$java_options $quiet -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=24m -Xms4m -Xss256k"
      # What it does more than a few times is compiled: a node's first hundred plugs, of which each runs much code once,
      # would else be interpreted. It takes 3 MB more and, after a hundred plugs, less processor time.
      java_options="$java_options -XX:CompileThresholdScaling=0.05"
      # A heap that follows what is alive in it, when the agent collects it after a burst of work.
      java_options="$java_options -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:-ShrinkHeapInSteps"
      # Or glibc would keep memory for each thread, and 6 MB that the compiler had for a moment.
      export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=16384
      ;;
    # Stays and forwards: with both compilers.
    "vhost-user serve") java_options="$java_options $quiet" ;;
    # Long, but the kernel's work: the second compiler would only take processor time from it.
    "demo "*) java_options="$java_options -XX:TieredStopAtLevel=1" ;;
    # Too short for the second compiler, for most of what the first would compile and for all that was compiled in
    # training, which the JVM would else compile at once; for others to look into while it runs; and for a check of
    # what the JDK's own linker makes.
    *)
      java_options="$java_options -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=10 -XX:-AOTReplayTraining"
      java_options="$java_options -XX:-UsePerfData -Djava.lang.foreign.VERIFY_BINDINGS=false"
      ;;
  esac
}

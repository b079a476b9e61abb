# Counts what a kernel waits for when links are made, renamed and deleted: the same script in either guest tells their
# kernels apart, whatever their speed. A line each: what was done, its status, and how often it called what waits.
for module in bridge veth; do modprobe $module; done
trace=/sys/kernel/tracing
mount -t tracefs tracefs $trace 2>/dev/null
WAITS="synchronize_rcu synchronize_rcu_expedited synchronize_net rcu_barrier"
: >$trace/set_ftrace_filter
for wait in $WAITS; do
  echo $wait >>$trace/set_ftrace_filter || echo "no $wait in this kernel"
done
echo function >$trace/current_tracer

# counted WHAT COMMAND...: runs it and prints the line.
counted() {
  local what=$1 status wait line
  shift
  echo >$trace/trace
  echo 1 >$trace/tracing_on
  "$@" >/dev/null 2>/tmp/said
  status=$?
  echo 0 >$trace/tracing_on
  line="$what: status $status$(head -1 /tmp/said | sed 's/^/ (/; s/$/)/')"
  for wait in $WAITS; do
    line="$line, $wait $(awk -v "call=$wait" '{for (i = 1; i <= NF; i++) n += $i == call} END {print +n}' $trace/trace)"
  done
  echo "$line"
}

each() { # each COMMAND-WITH-%: for 10 links
  local i
  for i in {0..9}; do
    # shellcheck disable=SC2086 # words
    ip ${1//%/$i} || return
  done
}

# shellcheck disable=SC2317 # called by name
group() { ip link set "w0" group 77 && each "link set w% group 77" && ip link del group 77; }

echo "Linux $(uname -r), $(nproc) processors"
echo 0 >$trace/tracing_on
counted "10 veth pairs" each "link add w% type veth peer name x%"
counted "10 links up" each "link set w% up"
counted "10 renamed while up" each "link set w% name y%"
each "link set y% name w%" 2>/dev/null
each "link set w% down"
counted "10 renamed while down" each "link set w% name y%"
each "link set y% name w%"
counted "10 alternative names" each "link property add dev w% altname long-name-of-w%"
ip link add b0 type bridge
counted "10 ports of a bridge" each "link set w% master b0"
each "link set w% up"
counted "10 taken from the bridge" each "link set w% nomaster"
counted "10 deleted one by one" each "link del w%"
each "link add w% type veth peer name x%"
counted "10 deleted by their group" group
counted "a bridge deleted" ip link del b0
ip netns add n0
counted "10 made in a namespace" each "link add w% netns n0 type veth peer name x%"
counted "10 moved to another namespace" each "-n n0 link set w% netns 1"
ip netns del n0
